import { expect, it } from "vitest";
import { createLatencyWindow } from "./latency.js";

it("is 0 while nothing was measured", () => {
  expect(createLatencyWindow(60_000, () => 0).read()).toEqual({ averageMs: 0, maxMs: 0, windowMs: 60_000 });
});

it("tells average and maximum of the window", () => {
  let now = 0;
  const latency = createLatencyWindow(12_000, () => now);
  latency.add(2);
  now = 5000;
  latency.add(10);
  expect(latency.read()).toMatchObject({ averageMs: 6, maxMs: 10 });
});

it("forgets what is older than the window", () => {
  let now = 0;
  const latency = createLatencyWindow(12_000, () => now);
  latency.add(100);
  now = 11_999;
  latency.add(4);
  expect(latency.read().maxMs).toBe(100);
  now = 12_000;
  expect(latency.read()).toMatchObject({ averageMs: 4, maxMs: 4 });
  now = 1_000_000;
  expect(latency.read()).toMatchObject({ averageMs: 0, maxMs: 0 });
});

it("does not mix an old slot with a new one that takes its place", () => {
  let now = 0;
  const latency = createLatencyWindow(12_000, () => now);
  latency.add(100);
  now = 12_000;
  latency.add(2);
  expect(latency.read()).toMatchObject({ averageMs: 2, maxMs: 2 });
});
