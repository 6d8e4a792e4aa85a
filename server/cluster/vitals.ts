import { monitorEventLoopDelay } from "node:perf_hooks";

/** How this process fares. */
export interface Vitals {
  rssBytes: number;
  heapUsedBytes: number;
  /** 99th percentile of the event-loop delay since the read before. */
  eventLoopLagMs: number;
}

/** Measures this process; ends with `stop()`. */
export function watchVitals(): { read(): Vitals; isBlocked(): boolean; stop(): void } {
  const resolutionMs = 20;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let lastTick = performance.now();
  const timer = setInterval(() => (lastTick = performance.now()), 250);
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
    /** Timers have not run for 2 s: the loop was blocked right now (F-16). */
    isBlocked: () => performance.now() - lastTick > 2000,
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
