/** Resolves when an action may go on. */
export type Entrance = () => Promise<void>;

/**
 * Creates the entrance of what users do. While `windowMs` gives 0 everybody passes; under load all who come within
 * the window pass together, in the order in which they came, so that they share one count of limits, one statement
 * and one tick, and each sender's ack the write of the events. Their wait is that of the tick, which then has none.
 */
export function createEntrance(windowMs: () => number): Entrance {
  let opening: Promise<void> | null = null;

  const open = (ms: number) =>
    new Promise<void>((resolve) => {
      const pass = () => {
        opening = null;
        resolve();
      };
      // What arrived while the loop was busy is read before the immediate, after the timer.
      setTimeout(() => setImmediate(pass), ms);
    });

  return async () => {
    const ms = windowMs();
    // Nobody overtakes those who wait, though the load be over.
    if (opening === null && ms === 0) return;
    opening ??= open(ms);
    return opening;
  };
}
