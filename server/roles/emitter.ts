import { createServer } from "node:http";
import type { InstanceView } from "../../shared/cluster.js";
import { clusterChanges } from "../cluster/changes.js";
import { createLease } from "../cluster/lease.js";
import type { EmitterConfig } from "../config/config.js";
import { readJson } from "../http/body.js";
import { emitterRoutes } from "../http/emitter.js";
import { answerErrors, notFound } from "../http/errors.js";
import { messageOf } from "../metrics/log.js";
import { createPresenceStore } from "../presence/store.js";
import { createAnnouncement } from "./announce.js";
import { openInstance } from "./instance.js";
import type { Role } from "./role.js";
import { serviceApp } from "./service.js";

const lookIntervalMs = 2000;
const noPresence = { guests: 0, members: 0, admins: 0 };

/** The emitter: tells admins how the cluster fares, and takes announcements of outside services over HTTP. */
export async function startEmitter(config: EmitterConfig): Promise<Role> {
  const instance = openInstance(config, {
    onRoomEvents() {},
    onLost() {},
    onDegraded() {},
    connectedClients: () => 0,
    presence: () => presenceStore?.counts() ?? Promise.resolve(noPresence),
    onHeartbeat: () => Promise.resolve(),
    async onKilled(boot) {
      const rooms = (await presenceStore?.sweep(boot)) ?? [];
      bus?.emitter.serverSideEmit("presence:changed", rooms);
    },
  });
  const { bus, database, log, metrics } = instance;
  if (bus === null) throw new Error("the emitter speaks through Redis");
  const presenceStore = createPresenceStore(() => bus.commands(), config.boot, config.instanceTimeoutMs);
  const admins = bus.emitter.of("/admin");
  const holdsLease = createLease(database, "emitter", config.boot, 3 * lookIntervalMs);
  let before: InstanceView[] | null = null;

  async function look(): Promise<void> {
    const { health, departed } = await instance.look();
    const changes =
      before === null ? [] : clusterChanges(before, health.instances, departed, health.timestamp);
    // While Redis is away nothing is known of the others: nobody was lost.
    if (!health.degraded) before = health.instances;
    if (!(await holdsLease())) return;
    for (const change of changes) {
      log.info(change, "cluster event");
      admins.emit("cluster:event", change);
    }
    admins.emit("cluster:health", health);
  }

  const app = serviceApp(config, instance);
  app.use(
    readJson,
    emitterRoutes(config.emitterApiKeys, metrics, (input) => {
      const announcement = createAnnouncement(input);
      bus.emitter.emit("announcement:created", announcement);
      return announcement;
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
      await instance.drain();
      await instance.stop(http);
    },
  };
}
