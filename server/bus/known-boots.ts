import { messageOf, rateLimited, type Log } from "../metrics/log.js";

/** Which starts of instances may be heard. */
export interface KnownBoots {
  isKnown(boot: string): boolean;
  /** Looks the registry up again; called with each heartbeat, and when somebody unknown is heard. */
  refresh(): void;
  stop(): void;
}

const refreshAtMostEveryMs = 250;

/**
 * A boot may be heard while it stands in the registry, and for `lingerMs` after: its last messages may be on their
 * way. While Redis does not answer, the last list stays.
 */
export function createKnownBoots(
  own: string,
  list: () => Promise<string[]>,
  lingerMs: number,
  changed: (known: ReadonlySet<string>) => void,
  log: Log,
): KnownBoots {
  /** Until when each boot may be heard. */
  const until = new Map<string, number>();
  let reading = false;
  let again = false;
  let lastRead = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    log.debug({ error: messageOf(error), suppressed }, "reading who may be heard failed"),
  );

  async function read(): Promise<void> {
    reading = true;
    lastRead = performance.now();
    try {
      const live = new Set(await list());
      const now = performance.now();
      for (const boot of live) until.set(boot, Infinity);
      for (const [boot, end] of until) {
        if (live.has(boot)) continue;
        if (end === Infinity) until.set(boot, now + lingerMs);
        else if (end < now) until.delete(boot);
      }
      changed(new Set(until.keys()));
    } catch (error) {
      logFailure(error);
    } finally {
      reading = false;
      if (again) refresh();
    }
  }

  function refresh(): void {
    if (reading) {
      again = true;
      return;
    }
    again = false;
    if (timer !== undefined) return;
    const wait = Math.max(0, lastRead + refreshAtMostEveryMs - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      void read();
    }, wait);
  }

  return {
    isKnown: (boot) => boot === own || (until.get(boot) ?? -Infinity) >= performance.now(),
    refresh,
    stop: () => clearTimeout(timer),
  };
}
