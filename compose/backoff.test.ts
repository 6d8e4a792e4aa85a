import { expect, it } from "vitest";
import { countDeath, restartDelayMs } from "./backoff.js";

it("doubles the wait up to ten seconds", () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 40].map(restartDelayMs);
  expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

it("starts anew after half a minute of life", () => {
  expect(countDeath(5, 29_999)).toBe(6);
  expect(countDeath(5, 30_000)).toBe(1);
});
