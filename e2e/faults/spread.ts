/** Middle, near-worst and worst of a number of durations. */
export interface Spread {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** Sums durations up, in whole ms. */
export function spread(durations: readonly number[]): Spread {
  const sorted = [...durations].sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** `p50 / p99 / max`, or a dash where there is nothing. */
export function describeSpread(durations: readonly number[]): string {
  const { count, p50, p99, max } = spread(durations);
  return count === 0 ? "-" : `${p50} / ${p99} / ${max}`;
}
