import { expect, it } from "vitest";
import { readArguments } from "./options.js";

const names = ["fan-out", "seal"];

it("takes three rounds, and one when it is quick", () => {
  expect(readArguments([], names)).toMatchObject({ rounds: 3, isQuick: false, only: undefined });
  expect(readArguments(["--quick"], names).rounds).toBe(1);
  expect(readArguments(["--quick", "--rounds", "2"], names).rounds).toBe(2);
});

it("takes names of scenarios and refuses others", () => {
  expect(readArguments(["--only", "seal,fan-out"], names).only).toEqual(["seal", "fan-out"]);
  expect(() => readArguments(["--only", "seals"], names)).toThrow(/"seals"/);
});

it("takes a saved result in place of a new one", () => {
  expect(readArguments(["--from", "one.json", "--write"], names)).toMatchObject({
    from: "one.json",
    write: true,
  });
  expect(readArguments([], names).from).toBeUndefined();
});

it("takes settings of Parley's nodes", () => {
  const given = ["--set", "FANOUT_WINDOW_MAX_MS=50", "--set", "PRESENCE=off"];
  expect(readArguments(given, names).settings).toEqual({ FANOUT_WINDOW_MAX_MS: "50", PRESENCE: "off" });
  expect(() => readArguments(["--set", "PRESENCE"], names)).toThrow(/NAME=VALUE/);
});

it.each([["--rounds", "0"], ["--rounds", "two"], ["--fast"]])("refuses %s %s", (...args) => {
  expect(() => readArguments(args, names)).toThrow();
});
