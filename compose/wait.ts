import { setTimeout as sleep } from "node:timers/promises";

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}

/** What is waited for, how it is looked at, and what would make further waiting useless. */
export interface Awaited {
  what: string;
  /** Returns when it is so, throws what is still missing. */
  check: () => Promise<void>;
  deadlineMs?: number;
  /** Throws when it can no longer become so. */
  hopeless?: () => void;
}

/** Resolves once the check passes; on the deadline says what was awaited and what was last seen. */
export async function waitUntil({ what, check, deadlineMs = 60_000, hopeless }: Awaited): Promise<void> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    hopeless?.();
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) {
        throw new Error(`waited ${deadlineMs / 1000} s for ${what}; last seen: ${reason(error)}`, {
          cause: error,
        });
      }
    }
    await sleep(50);
  }
}

/** Passes when a GET is answered with a status of the 200s. */
export async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${body.slice(0, 200)}`);
}
