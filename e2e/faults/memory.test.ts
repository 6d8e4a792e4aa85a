import { describe, expect, it } from "vitest";
import { slopeOf } from "./memory.js";

describe("the course of memory", () => {
  it("is the straight line nearest to the samples", () => {
    const samples = [0, 1, 2, 3, 4].map((minutes) => ({
      minutes,
      mb: 150 + 2 * minutes + (minutes % 2 ? 1 : -1),
    }));
    expect(slopeOf(samples)).toBeCloseTo(2, 1);
    expect(slopeOf([{ minutes: 1, mb: 150 }])).toBe(0);
    expect(slopeOf([])).toBe(0);
  });
});
