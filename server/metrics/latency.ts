/** Average and maximum over a sliding window, in ms. */
export interface LatencyWindow {
  add(ms: number): void;
  read(): { averageMs: number; maxMs: number; windowMs: number };
}

const slots = 12;

/** Keeps sums in slots of a twelfth of the window, so that its cost does not grow with the load. */
export function createLatencyWindow(
  windowMs: number,
  now: () => number = () => performance.now(),
): LatencyWindow {
  const slotMs = windowMs / slots;
  const sums = Array.from({ length: slots }, () => ({ slot: -1, count: 0, sum: 0, max: 0 }));
  return {
    add(ms) {
      const slot = Math.floor(now() / slotMs);
      const entry = sums[slot % slots];
      if (!entry) return;
      if (entry.slot !== slot) Object.assign(entry, { slot, count: 0, sum: 0, max: 0 });
      entry.count += 1;
      entry.sum += ms;
      entry.max = Math.max(entry.max, ms);
    },
    read() {
      const oldest = Math.floor(now() / slotMs) - slots + 1;
      const live = sums.filter((entry) => entry.slot >= oldest);
      const count = live.reduce((total, entry) => total + entry.count, 0);
      const sum = live.reduce((total, entry) => total + entry.sum, 0);
      const maxMs = live.reduce((max, entry) => Math.max(max, entry.max), 0);
      return { averageMs: count === 0 ? 0 : sum / count, maxMs, windowMs };
    },
  };
}
