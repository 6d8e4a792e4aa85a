/** How much is done one by one that could have been done together, had each waited a little. */
export interface Company {
  /** So many are done now. */
  met(count: number): void;
  /** Whether a wait of `whileMs` would bring several together, as things were lately. */
  isGood(): boolean;
}

/** Fewer are not worth the wait. */
const several = 4;

/** Of what the last times tell, the newest counts this much. */
const newest = 0.1;

/** After so many times `whileMs` without any the load is over. */
const quietTimes = 5;

/** Creates one that knows of none. */
export function createCompany(whileMs: number, now: () => number = () => performance.now()): Company {
  let last = -Infinity;
  let gapMs = Infinity;

  return {
    met(count) {
      const at = now();
      // Each of these would have waited for the next one so long.
      const gap = Math.min((at - last) / count, quietTimes * whileMs);
      gapMs = gapMs === Infinity ? gap : gapMs + (gap - gapMs) * newest;
      last = at;
    },
    isGood: () => gapMs * several <= whileMs && now() - last <= quietTimes * whileMs,
  };
}
