/** What has to be ended whatever happens. */
const running = new Set<() => Promise<unknown>>();

/** Notes how to end something that runs now; the returned function ends it, once. */
export function untilStopped(end: () => Promise<unknown>): () => Promise<void> {
  running.add(end);
  return async () => {
    if (running.delete(end)) await end();
  };
}

let isEnding = false;

/** Whether all is ended or about to be: nothing more may begin, and what fails fails because of that. */
export const isStopped = () => isEnding;

/** Ends everything that still runs, what began last first. */
export async function stopAll(): Promise<void> {
  isEnding = true;
  for (const end of [...running].toReversed()) {
    running.delete(end);
    await end().catch(() => undefined);
  }
}
