/** How a process that keeps dying is started again. */
export const backoff = { firstMs: 250, maxMs: 10_000, settledMs: 30_000 };

/** The wait before the next start: doubles with every death in a row, up to the maximum. */
export function restartDelayMs(deathsInARow: number): number {
  return Math.min(backoff.firstMs * 2 ** Math.max(0, deathsInARow - 1), backoff.maxMs);
}

/** Deaths in a row, this one included; a process that had lived long enough starts anew at one. */
export function countDeath(deathsBefore: number, livedMs: number): number {
  return livedMs >= backoff.settledMs ? 1 : deathsBefore + 1;
}
