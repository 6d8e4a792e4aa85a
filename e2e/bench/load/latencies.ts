const fineMs = 0.1;
const fineUntilMs = 400;
const coarseMs = 10;
const coarseSlots = 6000;
const fineSlots = fineUntilMs / fineMs;

/** A distribution of durations in fixed memory: exact to 0.1 ms up to 400 ms, to 10 ms up to a minute. */
export interface Latencies {
  add(ms: number): void;
  /** The duration that a share of all (0 to 1) does not exceed; 0 of none. */
  at(share: number): number;
}

/** Creates an empty one. */
export function createLatencies(): Latencies {
  const counts = new Float64Array(fineSlots + coarseSlots);
  let total = 0;

  const slotOf = (ms: number) =>
    ms < fineUntilMs
      ? Math.max(0, Math.floor(ms / fineMs))
      : Math.min(fineSlots + coarseSlots - 1, fineSlots + Math.floor((ms - fineUntilMs) / coarseMs));
  const upperEnd = (slot: number) =>
    slot < fineSlots ? (slot + 1) * fineMs : fineUntilMs + (slot + 1 - fineSlots) * coarseMs;

  return {
    add(ms) {
      const slot = slotOf(ms);
      counts[slot] = (counts[slot] ?? 0) + 1;
      total += 1;
    },
    at(share) {
      if (total === 0) return 0;
      const wanted = Math.ceil(total * share);
      let seen = 0;
      for (let slot = 0; slot < counts.length; slot += 1) {
        seen += counts[slot] ?? 0;
        if (seen >= wanted) return upperEnd(slot);
      }
      return 0;
    },
  };
}
