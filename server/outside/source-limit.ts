import type { Bucket } from "../config/env.js";
import { takeLocally } from "../limits/bucket.js";

/** More sources than this at once are one that makes names up: memory and noise stay bounded. */
const sourcesMax = 256;

/** A token bucket for each source on this node; tells whether the source may speak now. */
export function createSourceLimit(
  bucket: Bucket,
  clock = () => performance.now(),
): (source: string) => boolean {
  const fillings = new Map<string, { tokens: number; at: number }>();
  if (bucket === null) return () => true;
  const fullAfterMs = (bucket.burst / bucket.perSecond) * 1000;

  /** A bucket that is full again is as good as none. */
  function forgetFull(now: number): void {
    for (const [source, { at }] of fillings) if (now - at >= fullAfterMs) fillings.delete(source);
  }

  return (source) => {
    const now = clock();
    if (!fillings.has(source) && fillings.size >= sourcesMax) forgetFull(now);
    if (!fillings.has(source) && fillings.size >= sourcesMax) return false;
    const filling = fillings.get(source) ?? { tokens: bucket.burst, at: now };
    fillings.set(source, filling);
    return takeLocally(filling, bucket, now) === 0;
  };
}
