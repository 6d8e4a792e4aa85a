import { expect, it } from "vitest";
import { createRate } from "./rate.js";

it("tells how often something happens, over the window alone", () => {
  let now = 0;
  const rate = createRate(10_000, () => now);
  expect(rate.perSecond()).toBe(0);
  for (let total = 100; now <= 20_000; now += 1000, total += 5) rate.note(total);
  expect(rate.perSecond()).toBe(5);
  // It goes on, and nothing happens any more.
  for (; now <= 25_000; now += 1000) rate.note(200);
  expect(rate.perSecond()).toBe(2.5);
  for (; now <= 40_000; now += 1000) rate.note(200);
  expect(rate.perSecond()).toBe(0);
});
