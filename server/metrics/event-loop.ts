import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";

/** How late the event loop runs its timers: what everybody on this process waits. */
export interface EventLoop {
  /** 99th percentile since this was asked last, ms. */
  lagMs(): number;
  /** Whether timers could not run for 2 s, now or a moment ago (F-16). */
  isBlocked(): boolean;
  stop(): void;
}

/** Waking up is what watching costs: the library's own watch, every 10 ms, takes some percent of an idle core. */
const everyMs = 40;
/** So seldom that it costs nothing: its figures are replaced by those below. */
export const libraryWatchMs = 60_000;

const blockedMs = 2000;
/** Timers run before requests that waited are served: what asked during a block is answered in this time. */
const toldForMs = 1000;

const figures: [string, (lag: RecordableHistogram) => number][] = [
  ["min", (lag) => lag.min],
  ["max", (lag) => lag.max],
  ["mean", (lag) => lag.mean],
  ["stddev", (lag) => lag.stddev],
  ["p50", (lag) => lag.percentile(50)],
  ["p90", (lag) => lag.percentile(90)],
  ["p99", (lag) => lag.percentile(99)],
];

/** Watches until `stop()`, and puts `nodejs_eventloop_lag_*_seconds`, since the last scrape, into the registry. */
export function watchEventLoop(registry: Registry): EventLoop {
  const sinceAsked = createHistogram();
  const sinceScraped = createHistogram();
  let lastTick = performance.now();
  let blockedUntil = -Infinity;

  const timer = setInterval(() => {
    const now = performance.now();
    const lateMs = Math.max(0, now - lastTick - everyMs);
    if (lateMs > blockedMs) blockedUntil = now;
    lastTick = now;
    // A histogram takes whole numbers from 1 on.
    const late = Math.max(1, Math.round(lateMs * 1e6));
    sinceAsked.record(late);
    sinceScraped.record(late);
  }, everyMs);

  figures.forEach(([figure, read], i) => {
    const name = `nodejs_eventloop_lag_${figure}_seconds`;
    registry.removeSingleMetric(name);
    const gauge: Gauge = new Gauge({
      name,
      help: `How late timers run, ${figure} since the last scrape`,
      registers: [registry],
      collect() {
        gauge.set(sinceScraped.count === 0 ? 0 : read(sinceScraped) / 1e9);
        // They are collected in their order.
        if (i === figures.length - 1) sinceScraped.reset();
      },
    });
  });

  return {
    lagMs() {
      const lag = sinceAsked.count === 0 ? 0 : sinceAsked.percentile(99) / 1e6;
      sinceAsked.reset();
      return Math.round(lag * 10) / 10;
    },
    isBlocked() {
      const now = performance.now();
      return now - lastTick > blockedMs || now - blockedUntil < toldForMs;
    },
    stop: () => clearInterval(timer),
  };
}
