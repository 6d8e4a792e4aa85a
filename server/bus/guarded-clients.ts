import { EventEmitter } from "node:events";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import type { RedisClient } from "./redis.js";

type Listener = (message: Buffer, channel: Buffer) => unknown;

/** The publishing side, as the adapter and the emitter use it: its promises never reject. */
export interface GuardedPublisher {
  publish(channel: string, message: Buffer | string): Promise<number>;
  pSubscribe(): void;
  sSubscribe(): void;
  sendCommand(args: string[]): Promise<unknown>;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

/** Publishes while Redis answers; a refused, failed or skipped publish is counted, never thrown (trust.md F4). */
export function guardPublisher(
  client: RedisClient,
  isUsable: () => boolean,
  metrics: Metrics,
  log: Log,
): GuardedPublisher {
  const own = new EventEmitter();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ error: messageOf(error), suppressed }, "publishing failed"),
  );
  return {
    async publish(channel, message) {
      if (!isUsable()) {
        metrics.pubsubPublishFailures.inc();
        return 0;
      }
      try {
        const receivers = await client.publish(channel, message);
        metrics.pubsubPublished.inc();
        return receivers;
      } catch (error) {
        metrics.pubsubPublishFailures.inc();
        logFailure(error);
        return 0;
      }
    },
    // Only that they exist tells the adapter which client this is.
    pSubscribe() {},
    sSubscribe() {},
    sendCommand: (args) => client.sendCommand(args),
    on: (event, listener) => void own.on(event, listener),
    off: (event, listener) => void own.off(event, listener),
  };
}

/** The subscribing side: what is wanted is subscribed now or as soon as Redis is there. */
export interface GuardedSubscriber {
  pSubscribe(patterns: string | string[], listener: Listener): Promise<void>;
  subscribe(channels: string | string[], listener: Listener): Promise<void>;
  pUnsubscribe(patterns: string | string[], listener?: Listener): Promise<void>;
  unsubscribe(channels: string | string[], listener?: Listener): Promise<void>;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
  /** Whether Redis has confirmed everything that is wanted, on the connection of now. */
  isSubscribed(): boolean;
}

interface Wanted {
  pattern: boolean;
  listener: (message: Buffer, channel: Buffer) => void;
  confirmed: boolean;
}

/**
 * Keeps the list of wanted channels and brings Redis to it after every `ready`: the client itself restores only what
 * had been confirmed. `resubscribed` is called when a connection after the first has everything again: whatever was
 * published meanwhile is lost.
 */
export function guardSubscriber(
  client: RedisClient,
  guard: (listener: Listener) => (message: Buffer, channel: Buffer) => void,
  resubscribed: () => void,
  log: Log,
): GuardedSubscriber {
  const own = new EventEmitter();
  const wanted = new Map<string, Wanted>();
  let complete = false;

  async function confirm(name: string, entry: Wanted): Promise<void> {
    try {
      if (entry.pattern) await client.pSubscribe(name, entry.listener, true);
      else await client.subscribe(name, entry.listener, true);
      entry.confirmed = true;
    } catch (error) {
      log.debug({ channel: name, error: messageOf(error) }, "not subscribed yet");
    }
  }

  async function reconcile(): Promise<void> {
    if (!client.isReady) return;
    const missing = [...wanted].filter(([, entry]) => !entry.confirmed);
    await Promise.all(missing.map(([name, entry]) => confirm(name, entry)));
    const all = [...wanted.values()].every((entry) => entry.confirmed);
    if (!all || complete) return;
    complete = true;
    resubscribed();
  }

  const want = (pattern: boolean) => (names: string | string[], listener: Listener) => {
    for (const name of [names].flat())
      wanted.set(name, { pattern, listener: guard(listener), confirmed: false });
    return reconcile();
  };
  const forget = async (names: string | string[]) => {
    for (const name of [names].flat()) {
      const entry = wanted.get(name);
      wanted.delete(name);
      if (!entry || !client.isReady) continue;
      const done = entry.pattern ? client.pUnsubscribe(name) : client.unsubscribe(name);
      await done.catch((error: unknown) => log.debug({ error: messageOf(error) }, "unsubscribing failed"));
    }
  };

  function lost(): void {
    complete = false;
    for (const entry of wanted.values()) entry.confirmed = false;
  }
  client.on("ready", () => void reconcile());
  client.on("reconnecting", lost);
  client.on("end", lost);

  return {
    pSubscribe: want(true),
    subscribe: want(false),
    pUnsubscribe: forget,
    unsubscribe: forget,
    on: (event, listener) => void own.on(event, listener),
    off: (event, listener) => void own.off(event, listener),
    isSubscribed: () => complete && client.isReady,
  };
}
