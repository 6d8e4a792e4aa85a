import { createAdapter } from "@socket.io/redis-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import type { RoomEvents } from "../../shared/room-events.js";
import type { Config } from "../config/config.js";
import { createLatencyWindow, type LatencyWindow } from "../metrics/latency.js";
import { messageOf, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { createCodec } from "./codec.js";
import { createGuard } from "./guard.js";
import { guardPublisher, guardSubscriber } from "./guarded-clients.js";
import { closeRedisClient, createRedisClient, type RedisClient } from "./redis.js";
import { watchClients } from "./watchdog.js";

/** Key of the adapter and the emitter: their channels are `chat:io#…`, `chat:io-request#…`, `chat:io-response#…`. */
export const adapterKey = "chat:io";

/** Who is told what the bus notices. */
export interface BusListeners {
  /** Room events from another node, before the adapter delivers them. */
  onRoomEvents(batch: RoomEvents): void;
  /** The subscriptions are complete again: what was published meanwhile is lost. */
  onResubscribed(): void;
  /** Redis does not answer any more, or does again. */
  onDegraded(degraded: boolean): void;
}

/** What connects the instances: the official adapter and emitter on guarded clients (lab-notes §2.4). */
export interface Bus {
  /** For `new Server({ adapter })`. */
  adapter: ReturnType<typeof createAdapter>;
  emitter: Emitter;
  /** Commands on volatile data; null while Redis does not answer. */
  commands(): RedisClient | null;
  /** Questions about who listens, asked where it is published; null while Redis does not answer. */
  pubsub(): RedisClient | null;
  latency: LatencyWindow;
  isDegraded(): boolean;
  /** Resolves when Redis is there and everything wanted is subscribed, or after `ms`; never rejects. */
  ready(ms: number): Promise<boolean>;
  close(): Promise<void>;
}

type BusConfig = Pick<Config, "boot" | "instanceId" | "dedupWindowMs"> & {
  redisUrl: string;
  cacheRedisUrl: string;
};

/** Opens the bus; it connects by itself, now and after every loss, for as long as it takes. */
export function openBus(config: BusConfig, listeners: BusListeners, metrics: Metrics, log: Log): Bus {
  const codec = createCodec(config.boot);
  const latency = createLatencyWindow(60_000);
  const publishing = createRedisClient(config.redisUrl, "publish", log);
  const subscribing = createRedisClient(config.redisUrl, "subscribe", log);
  const commanding = createRedisClient(config.cacheRedisUrl, "commands", log);
  const clients = [publishing, subscribing, commanding];
  let closed = false;

  const publisher = guardPublisher(
    publishing,
    () => publishing.isReady && watchdog.isHealthy(),
    metrics,
    log,
  );
  const guard = createGuard({
    key: adapterKey,
    boot: config.boot,
    codec,
    dedupWindowMs: config.dedupWindowMs,
    latency,
    metrics,
    log,
    onRoomEvents: listeners.onRoomEvents,
  });
  const subscriber = guardSubscriber(subscribing, guard, listeners.onResubscribed, log);
  // Redis counts who listens here: a killed process is gone from the count at once, long before its heartbeat ages.
  void subscriber.subscribe(livenessChannel(config.boot), () => {});

  const watchdog = watchClients(clients, (healthy) => {
    if (closed) return;
    metrics.pubsubDegraded.set(healthy ? 0 : 1);
    log[healthy ? "info" : "warn"](healthy ? "redis answers" : "redis does not answer: degraded");
    listeners.onDegraded(!healthy);
  });
  metrics.pubsubDegraded.set(1);
  for (const client of clients)
    client
      .connect()
      .catch((error: unknown) => log.debug({ error: messageOf(error) }, "redis connection ended"));

  const isUp = () => watchdog.isHealthy() && subscriber.isSubscribed();

  return {
    adapter: createAdapter(publisher, subscriber, {
      key: adapterKey,
      parser: codec,
      publishOnSpecificResponseChannel: true,
      requestsTimeout: 2000,
    }),
    emitter: new Emitter(publisher, { key: adapterKey, parser: codec }),
    commands: () => (watchdog.isHealthy() && commanding.isReady ? commanding : null),
    pubsub: () => (watchdog.isHealthy() && publishing.isReady ? publishing : null),
    latency,
    isDegraded: () => !watchdog.isHealthy(),
    async ready(ms) {
      const end = performance.now() + ms;
      while (!isUp() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
      return isUp();
    },
    async close() {
      closed = true;
      watchdog.stop();
      await Promise.all(clients.map(closeRedisClient));
    },
  };
}

/** Channel that an instance listens to for as long as its process lives. */
export const livenessChannel = (boot: string) => `chat:live:${boot}`;
