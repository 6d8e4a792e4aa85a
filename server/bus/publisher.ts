import { EventEmitter } from "node:events";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { routeOf } from "./channels.js";
import type { RedisClient } from "./redis.js";
import type { Seal, SealedKind } from "./seal.js";

/** The publishing side, as the adapter and the emitter use it: its promises never reject. */
export interface GuardedPublisher {
  publish(channel: string, message: Buffer | string, kind?: SealedKind): Promise<number>;
  pSubscribe(): void;
  sSubscribe(): void;
  /** `PUBSUB NUMSUB CHANNEL`, all that the adapter ever asks. */
  sendCommand(args: [string, string, string]): Promise<unknown>;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

/** What publishing needs. */
export interface PublisherPorts {
  client: RedisClient;
  seal: Seal;
  isUsable(): boolean;
  countListeners(channels: string[]): Promise<number[]>;
  /** Whether nobody but this instance listens to the channel: then nothing is published there. */
  isAlone(channel: string): boolean;
  /** A message has reached so many connections. */
  reached(channel: string, receivers: number): void;
  /** Redis refuses this channel to our user. */
  refused(channel: string): void;
  metrics: Metrics;
  log: Log;
}

/** Whether Redis' access rights are what stands against a command. */
export const isNoPermission = (error: unknown) => messageOf(error).startsWith("NOPERM");

/**
 * Seals and publishes while Redis answers; a refused, failed or skipped publish is counted, never thrown (trust.md
 * F4).
 */
export function guardPublisher({
  client,
  seal,
  isUsable,
  countListeners,
  isAlone,
  reached,
  refused,
  metrics,
  log,
}: PublisherPorts): GuardedPublisher {
  const own = new EventEmitter();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ error: messageOf(error), suppressed }, "publishing failed"),
  );
  return {
    async publish(channel, message, kind = "message") {
      if (!isUsable()) {
        if (kind === "message") metrics.pubsubPublishFailures.inc();
        return 0;
      }
      const route = routeOf(channel);
      if (kind === "message" && isAlone(route)) return 0;
      try {
        const receivers = await client.publish(route, seal.seal(route, message, kind));
        if (kind === "message") {
          metrics.pubsubPublished.inc();
          reached(route, receivers);
        }
        return receivers;
      } catch (error) {
        if (isNoPermission(error)) refused(route);
        if (kind === "message") metrics.pubsubPublishFailures.inc();
        logFailure(error);
        return 0;
      }
    },
    // Only that they exist tells the adapter which client this is.
    pSubscribe() {},
    sSubscribe() {},
    sendCommand: async ([, , channel]) => [channel, ...(await countListeners([channel]))],
    on: (event, listener) => void own.on(event, listener),
    off: (event, listener) => void own.off(event, listener),
  };
}
