/** A bucket, and how many tokens it holds when full. */
interface Asked {
  key: string;
  bucket: { burst: number };
}

/** What this node knows of the buckets in Redis, to let somebody pass before he is counted. */
export interface Credit {
  /**
   * Whether each was at least half full when last counted, of a twentieth of its burst at most (of one token at least)
   * the count is not known, and nobody waits for his: he would be overtaken.
   */
  isGood(buckets: readonly Asked[]): boolean;
  /** These are to be counted; somebody waits for it, or has passed. */
  begin(buckets: readonly Asked[], isAwaited: boolean): void;
  /** They have been counted, and hold so many. */
  end(buckets: readonly Asked[], isAwaited: boolean, left: readonly number[]): void;
  /** Forgets what was not asked about since then, by `now`. */
  forgetBefore(at: number): void;
}

interface Known {
  /** As last told. It fills up again, which only makes it more. */
  left: number;
  passed: number;
  awaited: number;
  at: number;
}

/**
 * Knows nothing at first, so the first one always waits. What other nodes take meanwhile is not known here: once they
 * have taken all, each node that knows better days lets that twentieth pass, once.
 */
export function createCredit(now: () => number = () => performance.now()): Credit {
  const known = new Map<string, Known>();

  function of(key: string): Known {
    const one = known.get(key) ?? { left: 0, passed: 0, awaited: 0, at: 0 };
    known.set(key, one);
    return one;
  }

  return {
    isGood: (buckets) =>
      buckets.every(({ key, bucket: { burst } }) => {
        const { left, passed, awaited } = of(key);
        return awaited === 0 && left >= burst / 2 && passed < Math.max(1, burst / 20);
      }),
    begin(buckets, isAwaited) {
      for (const { key } of buckets) {
        const one = of(key);
        one[isAwaited ? "awaited" : "passed"] += 1;
        one.at = now();
      }
    },
    end(buckets, isAwaited, left) {
      buckets.forEach(({ key }, i) => {
        const one = of(key);
        one[isAwaited ? "awaited" : "passed"] -= 1;
        one.left = left[i] ?? 0;
      });
    },
    forgetBefore(at) {
      for (const [key, { at: last, passed, awaited }] of known)
        if (last < at && passed + awaited === 0) known.delete(key);
    },
  };
}
