import { monitorEventLoopDelay } from "node:perf_hooks";

/** How this process fares. */
export interface Vitals {
  rssBytes: number;
  heapUsedBytes: number;
  /** 99th percentile of the event-loop delay since the read before. */
  eventLoopLagMs: number;
}

const blockedMs = 2000;
/** Timers run before requests that waited are served: what asked during a block is answered in this time. */
const toldForMs = 1000;

/** Measures this process; ends with `stop()`. */
export function watchVitals(): {
  read(): Vitals;
  /** Whether timers could not run for 2 s, now or a moment ago (F-16). */
  isBlocked(): boolean;
  stop(): void;
} {
  const resolutionMs = 20;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let lastTick = performance.now();
  let blockedUntil = -Infinity;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - lastTick > blockedMs) blockedUntil = now;
    lastTick = now;
  }, 250);
  return {
    read() {
      const { rss, heapUsed } = process.memoryUsage();
      const lag = Math.max(0, delay.percentile(99) / 1e6 - resolutionMs);
      delay.reset();
      return {
        rssBytes: rss,
        heapUsedBytes: heapUsed,
        eventLoopLagMs: Number.isFinite(lag) ? Math.round(lag * 10) / 10 : 0,
      };
    },
    isBlocked() {
      const now = performance.now();
      return now - lastTick > blockedMs || now - blockedUntil < toldForMs;
    },
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
