import { expect, it } from "vitest";
import { createLatencies } from "./latencies.js";

it("is 0 of nothing", () => {
  expect(createLatencies().at(0.99)).toBe(0);
});

it("gives the value that a share of all does not exceed", () => {
  const latencies = createLatencies();
  for (let ms = 1; ms <= 100; ms += 1) latencies.add(ms - 0.05);
  expect(latencies.at(0.5)).toBeCloseTo(50, 5);
  expect(latencies.at(0.99)).toBeCloseTo(99, 5);
  expect(latencies.at(1)).toBeCloseTo(100, 5);
});

it("keeps long ones, to 10 ms, and what is longer than it can tell as the longest", () => {
  const latencies = createLatencies();
  latencies.add(1234);
  expect(latencies.at(0.5)).toBeCloseTo(1240, 5);
  latencies.add(1e9);
  expect(latencies.at(1)).toBe(60_400);
});
