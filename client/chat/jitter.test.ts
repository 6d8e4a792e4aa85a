import { afterEach, describe, expect, it, vi } from "vitest";
import { jitterMs, noteConnected, spread } from "./jitter.js";

afterEach(() => vi.useRealTimers());

describe("jitter", () => {
  it("is less than half a second", () => {
    const all = Array.from({ length: 100 }, jitterMs);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThan(500);
  });

  it("spreads reads only for a while after a connection", () => {
    vi.useFakeTimers();
    vi.advanceTimersByTime(60_000);
    expect(spread(100)).toBe(100);
    noteConnected();
    const all = Array.from({ length: 50 }, () => spread(100));
    expect(new Set(all).size).toBeGreaterThan(1);
    expect(all.every((ms) => ms >= 100 && ms < 600)).toBe(true);
    vi.advanceTimersByTime(6000);
    expect(spread(100)).toBe(100);
  });
});
