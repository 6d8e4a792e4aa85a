import { createServer } from "node:http";
import type { InstanceView } from "../../shared/cluster.js";
import { clusterChanges } from "../cluster/changes.js";
import { createLease } from "../cluster/lease.js";
import type { EmitterConfig } from "../config/config.js";
import { createAppend } from "../history/group-commit.js";
import { emitterRoutes } from "../http/emitter.js";
import { answerErrors, notFound } from "../http/errors.js";
import { createLimiter } from "../limits/limiter.js";
import { messageOf } from "../metrics/log.js";
import { createOutsidePosts } from "../outside/posts.js";
import { createPresenceStore } from "../presence/store.js";
import { createAnnouncement } from "./announce.js";
import { openInstance } from "./instance.js";
import type { Role } from "./role.js";
import { serviceApp } from "./service.js";

/** Admins are told every 2 s at least (contract.md); timers are late at times, and a look takes its time. */
const lookIntervalMs = 1500;
const noPresence = { guests: 0, members: 0, admins: 0 };

/** The emitter: tells admins how the cluster fares, and takes posts and announcements of outside services over HTTP. */
export async function startEmitter(config: EmitterConfig): Promise<Role> {
  const instance = openInstance(config, {
    onRoomEvents() {},
    onLost() {},
    onDegraded() {},
    connectedClients: () => 0,
    presence: () => presenceStore?.counts() ?? Promise.resolve(noPresence),
    onHeartbeat: () => Promise.resolve(),
    // Only nodes may tell nodes who is gone.
    onKilled: null,
  });
  const { bus, database, log, metrics } = instance;
  if (bus === null) throw new Error("the emitter speaks through Redis");
  const presenceStore = createPresenceStore(() => bus.commands(), config.boot, config.instanceTimeoutMs);
  const admins = bus.emitter.of("/admin");
  const lease = createLease<InstanceView[]>(database, "emitter", config.boot, 3 * lookIntervalMs);

  async function look(): Promise<void> {
    const { health, departed } = await instance.look();
    // While Redis is away nothing is known of the others: nobody was lost.
    const asked = await lease.ask(health.degraded ? null : health.instances);
    if (!asked.held) return;
    const changes =
      asked.previous === null || health.degraded
        ? []
        : clusterChanges(asked.previous, health.instances, departed, health.timestamp);
    for (const change of changes) {
      log.info(change, "cluster event");
      admins.emit("cluster:event", change);
    }
    admins.emit("cluster:health", health);
  }

  const limiter = createLimiter(
    { messages: config.messagesLimit, commands: null, logins: null, guests: null },
    () => bus.commands(),
    metrics,
    log,
  );
  const post = createOutsidePosts({
    queries: database,
    append: createAppend({
      database,
      metrics,
      // Where this is lost, the nodes' look at the room's head fills it.
      committed: (batch) => void bus.tellRooms([batch]),
      unsure() {},
    }),
    countInstances: async () => (instance.isDegraded() ? 1 : (await instance.look()).health.instances.length),
  });

  const app = serviceApp(config, instance);
  app.use(
    emitterRoutes({
      keys: config.emitterApiKeys,
      metrics,
      announce(input) {
        const announcement = createAnnouncement(input);
        bus.emitter.emit("announcement:created", announcement);
        return announcement;
      },
      limiter,
      post,
    }),
  );
  app.use(notFound, answerErrors(log));
  const http = createServer(app);
  await instance.start(http);

  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.warn({ error: messageOf(error) }, "looking at the cluster failed"))
      .finally(() => (looking = null));
  }, lookIntervalMs);

  return {
    log,
    async stop() {
      clearInterval(timer);
      await looking;
      await lease.release();
      await instance.drain();
      limiter.stop();
      await instance.stop(http);
    },
  };
}
