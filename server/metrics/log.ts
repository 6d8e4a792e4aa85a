import { pino, type Logger } from "pino";

export type Log = Logger;

/** What waits while nothing can be written, as on a full disk; more is lost. */
const waitingBytesMax = 1_000_000;

/**
 * JSON lines on stdout; secrets and bodies are never passed to it (T27). A line that can not be written waits for the
 * next one, and harms nobody.
 */
export function createLog(level: string, instance: { instanceId: string; role: string } | null): Log {
  const stdout = pino.destination({ dest: 1, sync: true, maxLength: waitingBytesMax });
  stdout.on("error", () => {});
  return pino({ level, base: instance, timestamp: pino.stdTimeFunctions.isoTime }, stdout);
}

/** An error's message for a log line, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Passes the first call of every `intervalMs` on and counts the others, so that a fault can not flood the log. */
export function rateLimited<A extends unknown[]>(
  intervalMs: number,
  log: (suppressed: number, ...args: A) => void,
): (...args: A) => void {
  let quietUntil = 0;
  let suppressed = 0;
  return (...args) => {
    const now = performance.now();
    if (now < quietUntil) {
      suppressed += 1;
      return;
    }
    quietUntil = now + intervalMs;
    log(suppressed, ...args);
    suppressed = 0;
  };
}
