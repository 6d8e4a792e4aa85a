import { createAdapter } from "@socket.io/redis-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import type { Config } from "../config/config.js";
import { createLatencyWindow } from "../metrics/latency.js";
import { messageOf, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { createArrivals } from "./arrivals.js";
import type { Bus, BusListeners } from "./bus.js";
import { createAudience } from "./audience.js";
import { adapterKey, baseChannel, everyRoomChannel, isRoomChannel, livenessChannel } from "./channels.js";
import { createCodec } from "./codec.js";
import { createGuard } from "./guard.js";
import { watchHealth } from "./health.js";
import { createKnownBoots } from "./known-boots.js";
import { guardPublisher } from "./publisher.js";
import { createRoomPublisher } from "./room-publisher.js";
import { createRedisClock } from "./redis-clock.js";
import { openRedis } from "./redis-forms.js";
import { closeRedisClient } from "./redis.js";
import { createSeal } from "./seal.js";
import { guardSubscriber, type GuardedSubscriber } from "./subscriber.js";
import { createSubscriptions } from "./subscriptions.js";

type BusConfig = Pick<Config, "instanceId" | "boot" | "clusterSecrets" | "dedupWindowMs"> & {
  redisUrl: string;
  cacheRedisUrl: string;
};

/** Where a stock emitter with the key `chat:ext` publishes, for everybody or one room; literally so in the ACL. */
const outsidePattern = "chat:ext#/#*";

/** Opens the bus; it connects by itself, now and after every loss, for as long as it takes. */
export function openBus(config: BusConfig, listeners: BusListeners, metrics: Metrics, log: Log): Bus {
  const { instanceId, boot } = config;
  const latency = createLatencyWindow(60_000);
  const main = openRedis(config.redisUrl, log);
  const cache = config.cacheRedisUrl === config.redisUrl ? main : openRedis(config.cacheRedisUrl, log);
  const publishing = main.createClient(`${instanceId}-publish`);
  const subscribing = main.createClient(`${instanceId}-subscribe`);
  const commanding = cache.createClient(`${instanceId}-commands`);
  const clients = [publishing, subscribing, commanding];
  // A Cluster has as many clocks as nodes; volatile data has one.
  const clock = createRedisClock(commanding, log);
  const codec = createCodec();
  const seal = createSeal(boot, config.clusterSecrets, clock.now);
  const arrivals = createArrivals();
  const bases = new Set<string>([livenessChannel(boot)]);
  let refusedChannel: string | null = null;

  const refused = (channel: string) => {
    if (refusedChannel !== channel)
      log.error({ channel }, `redis refuses a channel: the user's access rights need &${channel}`);
    refusedChannel = channel;
  };
  const canPublish = () => publishing.isReady && health.isAnswering() && !Number.isNaN(clock.now());
  const audience = createAudience();
  const publisher = guardPublisher({
    client: publishing,
    seal,
    isUsable: canPublish,
    countListeners,
    isAlone: audience.isAlone,
    reached(channel, receivers) {
      // Where this instance does not listen itself, it would not hear that somebody has begun to.
      if (main.isOneServer && subscriptions.isConfirmed(channel)) audience.counted(channel, receivers);
    },
    refused,
    metrics,
    log,
  });
  /** Tells who publishes there that this instance listens now: an empty heartbeat. */
  const announce = (channel: string) => publisher.publish(channel, "", "heartbeat");
  async function countNodes(): Promise<void> {
    try {
      const [nodes = 0, together = 0] = await countListeners([baseChannel("/"), everyRoomChannel]);
      audience.countedAll(main.isOneServer && together >= nodes ? nodes : Infinity);
    } catch (error) {
      log.debug({ error: messageOf(error) }, "counting the nodes failed");
    }
  }
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
      const isAnnouncement = opened.payload.length === 0;
      if (opened.boot !== boot && isAnnouncement)
        audience.joined(isRoomChannel(channel) ? channel : undefined);
      else if (opened.boot === boot && !isAnnouncement) health.heard(channel, opened.payload.readDoubleBE());
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
        audience.joined();
        void announce(baseChannel("/"));
        boots.refresh();
        listeners.onLost();
        listeners.onResubscribed();
      },
      refused,
    },
    log,
  );
  const guarded = guardSubscriber(subscriptions, guard.wrap, announce, arrivals.left);
  const subscriber: GuardedSubscriber = {
    ...guarded,
    pSubscribe(pattern, listener) {
      bases.add(pattern.replace(/\*$/, ""));
      return guarded.pSubscribe(pattern, listener);
    },
  };
  // Redis counts who listens here: a killed process is gone from the count at once, long before its heartbeat ages.
  void subscriber.subscribe(livenessChannel(boot), () => {});

  const health = watchHealth({
    clients,
    subscribing,
    commanding,
    channels: () => [...bases],
    isUsable: () => canPublish() && subscriptions.isComplete(),
    beat(channel, payload) {
      void publisher.publish(channel, payload, "heartbeat");
      if (channel === baseChannel("/")) void countNodes();
    },
    changed: (healthy) => listeners.onDegraded(!healthy),
    latency,
    metrics,
    log,
  });

  async function countListeners(channels: string[]): Promise<number[]> {
    if (!health.isAnswering()) throw new Error("redis does not answer");
    const answers = (await main.askAll(publishing, ["PUBSUB", "NUMSUB", ...channels])) as unknown[][];
    return channels.map((_, i) => answers.reduce((sum, counts) => sum + Number(counts[i * 2 + 1]), 0));
  }

  // Access rights may be mended while we wait.
  const retry = setInterval(() => refusedChannel !== null && subscriptions.retry(), 1000);
  for (const client of clients)
    client
      .connect()
      .catch((error: unknown) => log.debug({ error: messageOf(error) }, "redis connection ended"));

  const emitter = new Emitter(publisher, { key: adapterKey, parser: codec });
  const isUp = () => health.isHealthy() && subscriptions.isComplete() && health.isProven();

  return {
    emitter,
    tellRooms: createRoomPublisher({ emitter, publisher, audience }),
    adapter: createAdapter(publisher, subscriber, {
      key: adapterKey,
      parser: codec,
      publishOnSpecificResponseChannel: true,
      requestsTimeout: 2000,
    }),
    rooms: guarded,
    listenOutside: (listener) => void subscriptions.add(outsidePattern, (bytes) => listener(bytes), true),
    commands: () => (health.takesWrites() && commanding.isReady ? commanding : null),
    countListeners,
    latency,
    isDegraded: () => !health.isHealthy(),
    isHearing: health.isHearing,
    refused: () => refusedChannel,
    async order(to, order) {
      const channel = livenessChannel(to);
      const [listening = 0] = await countListeners([channel]);
      if (listening > 0) await publisher.publish(channel, order, "order");
      return listening > 0;
    },
    refreshBoots: boots.refresh,
    async ready(ms) {
      const end = performance.now() + ms;
      while (!isUp() && performance.now() < end) {
        health.prove();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return isUp();
    },
    async close() {
      clearInterval(retry);
      health.stop();
      clock.stop();
      boots.stop();
      await Promise.all(clients.map(closeRedisClient));
      main.stop();
      cache.stop();
    },
  };
}
