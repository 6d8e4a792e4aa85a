import { describe, expect, it, vi } from "vitest";
import { checkClocks, skewOf } from "./clocks.js";
import { failed, lineOf, placeOf } from "./finding.js";
import { readOptions } from "./options.js";

describe("the doctor's options", () => {
  it("are a node and no nginx by themselves", () => {
    expect(readOptions([])).toEqual({ role: "node", url: null });
    expect(readOptions(["--url", "http://host:8080/", "--role", "worker"])).toEqual({
      role: "worker",
      url: "http://host:8080",
    });
  });

  it.each([["--role"], ["--role", "nginx"], ["--url", "host"], ["--url", "ftp://host"], ["x"]])(
    "refuse %j",
    (...args) => expect(readOptions(args)).toBeNull(),
  );
});

describe("clocks", () => {
  it("are told apart from 2 s on, by name", () => {
    expect(checkClocks({ redis: 40, Postgres: -12 })).toMatchObject({ state: "ok" });
    expect(checkClocks({ redis: -2500, Postgres: 3 })).toMatchObject({
      state: "warning",
      text: expect.stringContaining("redis is 2.5 s behind") as string,
    });
    expect(checkClocks({ redis: null, Postgres: 2000 })).toMatchObject({ state: "warning" });
    expect(checkClocks({ redis: null, Postgres: null })).toMatchObject({ state: "not checked" });
  });

  it("leave the way to the other clock out", async () => {
    vi.useFakeTimers();
    const half = () => vi.advanceTimersByTime(20);
    const skew = await skewOf(() => {
      half();
      const there = Date.now() + 5000;
      half();
      return Promise.resolve(there);
    });
    vi.useRealTimers();
    expect(skew).toBe(5000);
  });
});

describe("a line", () => {
  it("is one line, and shows no password", () => {
    expect(lineOf(failed("database", "broken\n  badly"))).toBe("failed       database: broken badly");
    expect(placeOf("postgres://user:secret@host:5432/parley")).toBe("host:5432/parley");
  });
});
