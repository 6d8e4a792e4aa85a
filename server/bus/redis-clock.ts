import { messageOf, type Log } from "../metrics/log.js";
import type { RedisClient } from "./redis.js";

/** Redis' time as this process reckons it: the only clock that all instances have in common. */
export interface RedisClock {
  /** Ms since 1970; NaN before Redis was asked. */
  now(): number;
  stop(): void;
}

const askEveryMs = 10_000;

/** Asks Redis for its time at every connection and now and then; in between the process' monotonic clock counts. */
export function createRedisClock(client: RedisClient, log: Log): RedisClock {
  let offset = Number.NaN;

  async function ask(): Promise<void> {
    if (!client.isReady) return;
    try {
      const from = performance.now();
      const [seconds, micros] = (await client.sendCommand(["TIME"])) as string[];
      const middle = (from + performance.now()) / 2;
      offset = Number(seconds) * 1000 + Number(micros) / 1000 - middle;
    } catch (error) {
      log.debug({ error: messageOf(error) }, "redis did not tell its time");
    }
  }

  client.on("ready", () => void ask());
  const timer = setInterval(() => void ask(), askEveryMs);
  return { now: () => performance.now() + offset, stop: () => clearInterval(timer) };
}
