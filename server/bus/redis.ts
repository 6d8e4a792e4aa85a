import { createClient, type RedisClientOptions } from "redis";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";

/** Waits between tries: longer each time, up to `maxMs`, and never many instances at one moment. */
export const backoffMs = (maxMs: number) => (tries: number) =>
  Math.min(50 * 2 ** tries, maxMs) + Math.random() * 100;

const common = {
  RESP: 3,
  disableOfflineQueue: true,
  commandsQueueMaxLength: 10_000,
  pingInterval: 1000,
  disableClientInfo: true,
  maintNotifications: "disabled",
  // By default each command gets an AbortSignal, which costs more than the command; the watchdog ends what hangs.
  commandOptions: { timeout: 0 },
} as const;

/** The library builds a class of all commands for each new set of options, which takes 50 ms; copies have theirs. */
const pattern = createClient(common);

/** A client of this project's one kind: RESP3, no offline queue, bounded, never giving up (lab-notes §0 rule 3). */
export type RedisClient = typeof pattern;

/** Makes a client of the one kind, that nobody listens to yet. */
export function createPlainClient(
  options: Pick<RedisClientOptions, "url" | "name" | "username" | "password" | "socket">,
): RedisClient {
  return pattern.duplicate(options);
}

/** Makes a client of one server that is not connected yet; Redis lists it as `parley-<name>`. */
export function createRedisClient(url: string, name: string, log: Log): RedisClient {
  const client = createPlainClient({
    url,
    name: `parley-${name}`,
    // Always a number: by default the client gives up for good on a socket time-out (lab-notes §3).
    socket: { connectTimeout: 2000, socketTimeout: 4000, reconnectStrategy: backoffMs(1000) },
  });
  logErrors(client, name, log);
  return client;
}

/** Logs a client's faults, at most one line in ten seconds. */
export function logErrors(client: RedisClient, name: string, log: Log): void {
  const logError = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ client: name, error: messageOf(error), suppressed }, "redis"),
  );
  client.on("error", logError);
}

/** Closes a client whatever its state; resolves when it is gone. */
export async function closeRedisClient(client: RedisClient): Promise<void> {
  if (!client.isOpen) return;
  if (!client.isReady) return client.destroy();
  await withDeadline(client.close(), 1000).catch(() => client.destroy());
}

/** Rejects when `work` takes longer than `ms`; the work itself goes on. */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
