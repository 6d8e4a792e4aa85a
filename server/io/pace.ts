/** How quickly things come one after the other. */
export interface Pace {
  /** So many have come now. */
  came(count: number): void;
  /** Whether they come every `gapMs` or sooner, as it was lately. */
  isQuick(): boolean;
}

/** Of what the last times tell, the newest counts this much. */
const newest = 0.1;

/** After so many times `gapMs` without any it is over. */
const quietGaps = 20;

/** Nothing has come yet. */
export function createPace(gapMs: number, now: () => number = () => performance.now()): Pace {
  let last = -Infinity;
  let meanMs = Infinity;

  return {
    came(count) {
      const at = now();
      const gap = Math.min((at - last) / count, quietGaps * gapMs);
      meanMs = meanMs === Infinity ? gap : meanMs + (gap - meanMs) * newest;
      last = at;
    },
    isQuick: () => meanMs <= gapMs && now() - last <= quietGaps * gapMs,
  };
}
