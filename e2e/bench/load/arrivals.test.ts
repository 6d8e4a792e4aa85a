import { expect, it } from "vitest";
import { createRandom } from "../../faults/random.js";
import { arrivals } from "./arrivals.js";

function first(seed: number, perSecond: number, count: number): number[] {
  const times = arrivals(createRandom(seed), perSecond);
  return Array.from({ length: count }, () => times.next().value);
}

it("gives the same times for the same seed, and others for another", () => {
  expect(first(7, 100, 50)).toEqual(first(7, 100, 50));
  expect(first(7, 100, 50)).not.toEqual(first(8, 100, 50));
});

it("ascends, at the wanted rate on average, and not evenly", () => {
  const times = first(1, 200, 20_000);
  const gaps = times.map((time, i) => time - (times[i - 1] ?? 0));
  expect(gaps.every((gap) => gap > 0)).toBe(true);
  const mean = (times.at(-1) ?? 0) / times.length;
  expect(mean).toBeGreaterThan(4.8);
  expect(mean).toBeLessThan(5.2);
  // Of a Poisson process 1 - 1/e of the gaps are shorter than the mean.
  const share = gaps.filter((gap) => gap < 5).length / gaps.length;
  expect(share).toBeGreaterThan(0.6);
  expect(share).toBeLessThan(0.66);
});
