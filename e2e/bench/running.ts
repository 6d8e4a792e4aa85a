/** What has to be ended whatever happens. */
const running = new Set<() => Promise<unknown>>();

/** Notes how to end something that runs now; the returned function ends it, once. */
export function untilStopped(end: () => Promise<unknown>): () => Promise<void> {
  running.add(end);
  return async () => {
    if (running.delete(end)) await end();
  };
}

/** Ends everything that still runs, what began last first. */
export async function stopAll(): Promise<void> {
  for (const end of [...running].toReversed()) {
    running.delete(end);
    await end().catch(() => undefined);
  }
}
