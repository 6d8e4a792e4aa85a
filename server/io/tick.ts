/** Runs work soon after it is due, and seldom when it is dear. */
export interface Tick {
  /** There is something to do. */
  due(): void;
  /** What waits for more to become due has waited enough: it is done before the event loop goes on. */
  hurry(): void;
  /** How long gathering pays now, in ms; 0 while it does not. */
  windowMs(): number;
  /** Does now what is due. */
  flush(): void;
}

/** The work may take this part of the time; what it costs more is saved by doing more of it at once. */
const share = 0.1;

/** Timers are this coarse. */
const leastMs = 1;

/** Gathering pays where at least this part of the work could have been joined with other work. */
const worthwhile = 0.5;

/** Of what the last runs tell, the newest counts this much. */
const newest = 0.1;

/** After so many times `maxMs` without a run the load is over. */
const quietWindows = 5;

/**
 * Runs `work` once this turn of the event loop is through when it has been quiet. Under load, and where gathering
 * saves something, it waits for more to become due: ten times as long as the last run took, at most `maxMs` from
 * what was due first. `work` tells which part of it could have been joined with other work within `maxMs`, from 0 to
 * 1 (performance.md §8).
 */
export function createTick(
  work: () => number,
  maxMs: number,
  now: () => number = () => performance.now(),
): Tick {
  let isDue = false;
  let immediate: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let joinable = 0;
  let window = 0;
  let lastRun = -Infinity;

  function flush(): void {
    clearImmediate(immediate);
    clearTimeout(timer);
    timer = undefined;
    if (!isDue) return;
    isDue = false;
    const began = now();
    joinable += (work() - joinable) * newest;
    lastRun = now();
    window = joinable < worthwhile ? 0 : Math.min(maxMs, (lastRun - began) / share);
  }

  function windowMs(): number {
    const isQuiet = now() - lastRun > quietWindows * maxMs;
    return isQuiet || window < leastMs ? 0 : window;
  }

  return {
    due() {
      if (isDue) return;
      isDue = true;
      const ms = windowMs();
      if (ms === 0) immediate = setImmediate(flush);
      else timer = setTimeout(flush, ms);
    },
    hurry() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      process.nextTick(flush);
    },
    windowMs,
    flush,
  };
}
