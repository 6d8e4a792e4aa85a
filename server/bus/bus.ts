import { createAdapter } from "@socket.io/redis-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import type { RoomEvents } from "../../shared/room-events.js";
import type { Config } from "../config/config.js";
import { createLatencyWindow, type LatencyWindow } from "../metrics/latency.js";
import { messageOf, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { createArrivals } from "./arrivals.js";
import { adapterKey, livenessChannel } from "./channels.js";
import { createCodec } from "./codec.js";
import { createEcho } from "./echo.js";
import { createGuard } from "./guard.js";
import { createKnownBoots } from "./known-boots.js";
import { guardPublisher } from "./publisher.js";
import { createRedisClock } from "./redis-clock.js";
import { closeRedisClient, createRedisClient, type RedisClient } from "./redis.js";
import { createSeal } from "./seal.js";
import { guardSubscriber, type GuardedSubscriber } from "./subscriber.js";
import { createSubscriptions } from "./subscriptions.js";
import { watchClients } from "./watchdog.js";

/** Who is told what the bus notices. */
export interface BusListeners {
  /** Room events from another node, before the adapter delivers them. */
  onRoomEvents(batch: RoomEvents): void;
  /** Something published was lost: the subscriptions were interrupted, or a sequence has a hole. */
  onLost(): void;
  /** The subscriptions are complete again. */
  onResubscribed(): void;
  /** Redis does not answer any more, or does again. */
  onDegraded(degraded: boolean): void;
  /** An instance of the cluster tells this one to do something. */
  onOrder(order: string): void;
  /** The starts of all instances, as the registry has them; rejects when Redis fails. */
  listBoots(): Promise<string[]>;
}

/** What connects the instances: the official adapter and emitter on guarded clients (lab-notes §2.4). */
export interface Bus {
  /** For `new Server({ adapter })`. */
  adapter: ReturnType<typeof createAdapter>;
  emitter: Emitter;
  rooms: Pick<GuardedSubscriber, "followRoom" | "leaveRoom">;
  /** Hears what outside services publish: raw bytes that nobody sealed, for the listener to check. */
  listenOutside(listener: (bytes: Buffer) => void): void;
  /** Commands on volatile data; null while Redis does not answer. */
  commands(): RedisClient | null;
  /** Questions about who listens, asked where it is published; null while Redis does not answer. */
  pubsub(): RedisClient | null;
  latency: LatencyWindow;
  isDegraded(): boolean;
  /** The channel that Redis refuses to our user, where it does: without it the instance would be deaf or mute. */
  refused(): string | null;
  /** Tells one instance to do something; false when nobody can have heard it. */
  order(boot: string, order: string): Promise<boolean>;
  /** Looks up again who may be heard: with each heartbeat of the registry. */
  refreshBoots(): void;
  /** Resolves when all that is published comes back, or after `ms`; never rejects. */
  ready(ms: number): Promise<boolean>;
  close(): Promise<void>;
}

type BusConfig = Pick<Config, "boot" | "clusterSecrets" | "dedupWindowMs"> & {
  redisUrl: string;
  cacheRedisUrl: string;
};

/** Where a stock emitter with the key `chat:ext` publishes, for everybody or one room; literally so in the ACL. */
const outsidePattern = "chat:ext#/#*";

/** Ends a connection and makes it anew. */
function renew(client: RedisClient): void {
  if (!client.isReady) return;
  client.destroy();
  client.connect().catch(() => {});
}

/** Opens the bus; it connects by itself, now and after every loss, for as long as it takes. */
export function openBus(config: BusConfig, listeners: BusListeners, metrics: Metrics, log: Log): Bus {
  const { boot } = config;
  const latency = createLatencyWindow(60_000);
  const publishing = createRedisClient(config.redisUrl, "publish", log);
  const subscribing = createRedisClient(config.redisUrl, "subscribe", log);
  const commanding = createRedisClient(config.cacheRedisUrl, "commands", log);
  const clients = [publishing, subscribing, commanding];
  const clock = createRedisClock(publishing, log);
  const codec = createCodec();
  const seal = createSeal(boot, config.clusterSecrets, clock.now);
  const arrivals = createArrivals();
  const bases = new Set<string>([livenessChannel(boot)]);
  let refusedChannel: string | null = null;
  let healthy = false;
  let closed = false;

  const refused = (channel: string) => {
    if (refusedChannel !== channel)
      log.error({ channel }, `redis refuses a channel: the user's access rights need &${channel}`);
    refusedChannel = channel;
  };
  const canPublish = () => publishing.isReady && watchdog.isHealthy() && !Number.isNaN(clock.now());
  const publisher = guardPublisher({ client: publishing, seal, isUsable: canPublish, refused, metrics, log });
  const boots = createKnownBoots(boot, listeners.listBoots, config.dedupWindowMs, bootsRead, log);
  const guard = createGuard({
    boot,
    seal,
    codec,
    arrivals,
    isKnown: boots.isKnown,
    now: clock.now,
    metrics,
    log,
    onUnknownBoot: boots.refresh,
    onHole: listeners.onLost,
    onHeartbeat(opened, channel) {
      if (opened.boot === boot) echo.heard(channel, opened.payload.readDoubleBE());
    },
    onOrder: listeners.onOrder,
    onRoomEvents: listeners.onRoomEvents,
  });
  function bootsRead(known: ReadonlySet<string>): void {
    arrivals.keepOnly(known);
    guard.settle();
  }
  const subscriptions = createSubscriptions(
    subscribing,
    {
      completed() {
        refusedChannel = null;
        boots.refresh();
        listeners.onLost();
        listeners.onResubscribed();
      },
      refused,
    },
    log,
  );
  const guarded = guardSubscriber(subscriptions, guard.wrap);
  const subscriber: GuardedSubscriber = {
    ...guarded,
    pSubscribe(pattern, listener) {
      bases.add(pattern.replace(/\*$/, ""));
      return guarded.pSubscribe(pattern, listener);
    },
  };
  // Redis counts who listens here: a killed process is gone from the count at once, long before its heartbeat ages.
  void subscriber.subscribe(livenessChannel(boot), () => {});

  const echo = createEcho({
    channels: () => [...bases],
    isUsable: () => canPublish() && subscriptions.isComplete(),
    beat(channel, sentAt) {
      const payload = Buffer.allocUnsafe(8);
      payload.writeDoubleBE(sentAt);
      void publisher.publish(channel, payload, "heartbeat");
    },
    took(ms) {
      latency.add(ms);
      metrics.pubsubLatency.observe(ms / 1000);
    },
    changed(deaf) {
      if (deaf) {
        log.warn("redis takes what is published, and nothing comes back: subscribing anew");
        renew(subscribing);
      }
      update();
    },
  });
  const watchdog = watchClients(clients, () => update());

  function update(): void {
    const now = watchdog.isHealthy() && !echo.isDeaf();
    if (closed || now === healthy) return;
    healthy = now;
    metrics.pubsubDegraded.set(healthy ? 0 : 1);
    log[healthy ? "info" : "warn"](healthy ? "redis answers" : "redis does not answer: degraded");
    listeners.onDegraded(!healthy);
  }

  // Access rights may be mended while we wait.
  const retry = setInterval(() => refusedChannel !== null && subscriptions.retry(), 1000);
  metrics.pubsubDegraded.set(1);
  for (const client of clients)
    client
      .connect()
      .catch((error: unknown) => log.debug({ error: messageOf(error) }, "redis connection ended"));

  const isUp = () => healthy && subscriptions.isComplete() && echo.isProven();

  return {
    adapter: createAdapter(publisher, subscriber, {
      key: adapterKey,
      parser: codec,
      publishOnSpecificResponseChannel: true,
      requestsTimeout: 2000,
    }),
    emitter: new Emitter(publisher, { key: adapterKey, parser: codec }),
    rooms: guarded,
    listenOutside: (listener) => void subscriptions.add(outsidePattern, (bytes) => listener(bytes), true),
    commands: () => (watchdog.isHealthy() && commanding.isReady ? commanding : null),
    pubsub: () => (watchdog.isHealthy() && publishing.isReady ? publishing : null),
    latency,
    isDegraded: () => !healthy,
    refused: () => refusedChannel,
    order: async (to, order) => (await publisher.publish(livenessChannel(to), order, "order")) > 0,
    refreshBoots: boots.refresh,
    async ready(ms) {
      const end = performance.now() + ms;
      while (!isUp() && performance.now() < end) {
        echo.prove();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return isUp();
    },
    async close() {
      closed = true;
      clearInterval(retry);
      watchdog.stop();
      echo.stop();
      clock.stop();
      boots.stop();
      await Promise.all(clients.map(closeRedisClient));
    },
  };
}
