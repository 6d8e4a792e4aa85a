import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog } from "../metrics/log.js";
import { createKnownBoots } from "./known-boots.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function setUp() {
  const registry = { boots: ["a"], away: false };
  const list = vi.fn(() =>
    registry.away ? Promise.reject(new Error("away")) : Promise.resolve(registry.boots),
  );
  const kept: string[][] = [];
  const known = createKnownBoots(
    "own",
    list,
    5000,
    (boots) => kept.push([...boots]),
    createLog("silent", null),
  );
  return { registry, list, kept, known };
}

describe("who may be heard", () => {
  it("is oneself and who stands in the registry, and for a moment who has just left it", async () => {
    const { registry, known, kept } = setUp();
    expect([known.isKnown("own"), known.isKnown("a")]).toEqual([true, false]);
    known.refresh();
    await pass(1);
    expect(known.isKnown("a")).toBe(true);
    registry.boots = ["b"];
    known.refresh();
    await pass(300);
    expect([known.isKnown("a"), known.isKnown("b")]).toEqual([true, true]);
    await pass(5000);
    expect([known.isKnown("a"), known.isKnown("b")]).toEqual([false, true]);
    known.refresh();
    await pass(1);
    expect(kept.at(-1)).toEqual(["b"]);
  });

  it("stays as it was while Redis does not answer", async () => {
    const { registry, known } = setUp();
    known.refresh();
    await pass(1);
    registry.away = true;
    known.refresh();
    await pass(60_000);
    expect(known.isKnown("a")).toBe(true);
  });

  it("is read at most four times a second, whoever asks", async () => {
    const { known, list } = setUp();
    for (let i = 0; i < 1000; i += 1) {
      known.refresh();
      await pass(1);
    }
    expect(list.mock.calls.length).toBeLessThanOrEqual(5);
    await pass(1000);
    known.stop();
  });
});
