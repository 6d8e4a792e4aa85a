import { createClient, type RedisClientOptions } from "redis";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import { followMaster } from "./master-client.js";
import { parseSentinelUrl } from "./sentinels.js";

const backoffMs = (maxMs: number) => (tries: number) =>
  Math.min(50 * 2 ** tries, maxMs) + Math.random() * 100;

const common = {
  RESP: 3,
  disableOfflineQueue: true,
  commandsQueueMaxLength: 10_000,
  pingInterval: 1000,
  disableClientInfo: true,
  maintNotifications: "disabled",
} as const;
const socket = { connectTimeout: 2000, socketTimeout: 4000 } as const;

/** A client of this project's one kind: RESP3, no offline queue, bounded, never giving up (lab-notes §0 rule 3). */
export type RedisClient = ReturnType<typeof createPlainClient>;

function createPlainClient(options: RedisClientOptions) {
  return createClient({ ...common, ...options });
}

/**
 * Makes a client that is not connected yet; faults are logged, at most one line in ten seconds. Behind Sentinels it
 * is always the master's.
 */
export function createRedisClient(url: string, name: string, log: Log): RedisClient {
  const sentinels = parseSentinelUrl(url);
  const client = sentinels
    ? followMaster(
        sentinels,
        ({ host, port }) =>
          createPlainClient({
            name: `parley-${name}`,
            ...(sentinels.username === undefined ? {} : { username: sentinels.username }),
            ...(sentinels.password === undefined ? {} : { password: sentinels.password }),
            // Whether it is still the master is asked before every connection: it never gets to its own next try.
            socket: { ...socket, host, port, reconnectStrategy: () => 60_000 },
          }),
        // Only the Sentinels are asked so often.
        backoffMs(250),
      )
    : createPlainClient({
        url,
        name: `parley-${name}`,
        // Always a number: by default the client gives up for good on a socket time-out (lab-notes §3).
        socket: { ...socket, reconnectStrategy: backoffMs(1000) },
      });
  const logError = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ client: name, error: messageOf(error), suppressed }, "redis"),
  );
  client.on("error", logError);
  return client;
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
