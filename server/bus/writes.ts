import { ErrorReply } from "redis";
import { messageOf, type Log } from "../metrics/log.js";
import type { RedisClient } from "./redis.js";

/** Tells whether Redis takes what is written. */
export interface Writes {
  areRefused(): boolean;
  stop(): void;
}

const intervalMs = 1000;
const key = "chat:probe";

/**
 * Writes a little once a second: a Redis that is full, or a replica, answers every PING and refuses what leases,
 * limits and the registry need. `changed` is called at every turn.
 */
export function watchWrites(client: RedisClient, changed: () => void, log: Log): Writes {
  let refused = false;

  function turn(now: boolean): void {
    if (now === refused) return;
    refused = now;
    changed();
  }

  async function write(): Promise<void> {
    if (!client.isReady) return;
    try {
      await client.set(key, "", { expiration: { type: "PX", value: 10 * intervalMs } });
      turn(false);
    } catch (error) {
      // Whether it answers at all is for others to tell.
      if (!(error instanceof ErrorReply)) return;
      if (!refused) log.error({ error: messageOf(error) }, "redis refuses what is written");
      turn(true);
    }
  }

  client.on("ready", () => void write());
  const timer = setInterval(() => void write(), intervalMs);
  return { areRefused: () => refused, stop: () => clearInterval(timer) };
}
