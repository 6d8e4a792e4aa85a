import { expect, it } from "vitest";
import { compare, describeChanges } from "./compare.js";
import type { Row } from "./figures.js";

const result = (parley: number, plain: number, rounds = 3) => ({ rounds, rows: rows(parley, plain) });
const rows = (parley: number, plain: number): Row[] =>
  Object.entries({ parley, plain }).map(([subject, cpu]) => ({
    scenario: "fan-out",
    work: "hot sat",
    subject,
    figures: { "server CPU s/M": cpu, "deliveries/s": 1e6 / cpu },
  }));

it("holds still while both servers cost more: then it is the machine", () => {
  expect(compare(result(1, 7), result(2, 14))).toEqual([]);
});

it("holds still within the noise", () => {
  expect(compare(result(1, 7), result(1.15, 7))).toEqual([]);
  expect(compare(result(1, 7), result(0.87, 7))).toEqual([]);
});

it("tells what became dearer beside the plain server, and what cheaper", () => {
  const [slower] = compare(result(1, 7), result(1.3, 7));
  expect(slower).toMatchObject({ what: "fan-out, hot sat: server CPU s/M", isSlower: true });
  expect(compare(result(1, 7), result(0.5, 7))).toMatchObject([{ isSlower: false }]);
  expect(describeChanges(slower ? [slower] : [])).toMatch(/^SLOWER: .* from 0\.14 to 0\.19/);
});

it("allows for more noise where there was one round only", () => {
  expect(compare(result(1, 7), result(1.3, 7, 1))).toEqual([]);
  expect(compare(result(1, 7), result(1.5, 7, 1))).toHaveLength(1);
});

it("compares only what both runs measured", () => {
  expect(compare({ rounds: 3, rows: [] }, result(1, 7))).toEqual([]);
});

it("looks at the seal by itself", () => {
  const figures = (micros: number) => ({ "seal µs": micros });
  const sealed = (micros: number) => ({
    rounds: 3,
    rows: [{ scenario: "seal", work: "one message", subject: "parley", figures: figures(micros) }],
  });
  expect(compare(sealed(3), sealed(6))).toMatchObject([{ isSlower: true, unit: "µs" }]);
});
