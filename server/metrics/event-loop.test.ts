import { afterEach, expect, it, vi } from "vitest";
import { watchEventLoop, type EventLoop } from "./event-loop.js";
import { createMetrics } from "./metrics.js";

const withinMs = { timeout: 5000 };
let watch: EventLoop | undefined;
afterEach(() => watch?.stop());

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it("tells how late timers ran, once to who asks and once to each scrape", async () => {
  const { registry } = createMetrics();
  const { lagMs, isBlocked } = (watch = watchEventLoop(registry));
  const scrape = async () => {
    const text = await registry.metrics();
    const values = [...text.matchAll(/^nodejs_eventloop_lag_(\w+)_seconds (\S+)$/gm)];
    return new Map(values.map(([, figure = "", value]) => [figure, Number(value)]));
  };
  block(700);
  await vi.waitUntil(() => lagMs() > 500, withinMs);
  const scraped = await scrape();
  expect([...scraped.keys()].sort()).toEqual(["max", "mean", "min", "p50", "p90", "p99", "stddev"]);
  expect(scraped.get("max")).toBeGreaterThan(0.5);
  // What was told once is not told again.
  await vi.waitUntil(async () => {
    const max = (await scrape()).get("max") ?? 0;
    return max > 0 && max < 0.5;
  }, withinMs);
  expect(lagMs()).toBeLessThan(500);
  expect(isBlocked()).toBe(false);
});

it("says that the loop was blocked from 2 s on, and a moment after it too", async () => {
  const { lagMs, isBlocked } = (watch = watchEventLoop(createMetrics().registry));
  block(2200);
  expect(isBlocked()).toBe(true);
  await vi.waitUntil(() => lagMs() > 2000, withinMs);
  expect(isBlocked()).toBe(true);
  await vi.waitUntil(() => !isBlocked(), withinMs);
});
