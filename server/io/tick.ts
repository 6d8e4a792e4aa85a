/** Runs work soon after it is due, and seldom when it is dear. */
export interface Tick {
  /** There is something to do. */
  due(): void;
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

/**
 * Runs `work` once this turn of the event loop is through when it has been quiet, and under load at most every
 * `maxMs`: the dearer the last run was, the longer the next one gathers, where gathering saves something. `work`
 * tells which part of it could have been joined with other work within `maxMs`, from 0 to 1 (performance.md §8).
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
  let earliest = 0;

  function flush(): void {
    clearImmediate(immediate);
    clearTimeout(timer);
    if (!isDue) return;
    isDue = false;
    const began = now();
    joinable += (work() - joinable) * newest;
    earliest = joinable < worthwhile ? began : began + Math.min(maxMs, (now() - began) / share);
  }

  return {
    due() {
      if (isDue) return;
      isDue = true;
      const wait = earliest - now();
      if (wait < leastMs) immediate = setImmediate(flush);
      else timer = setTimeout(flush, wait);
    },
    flush,
  };
}
