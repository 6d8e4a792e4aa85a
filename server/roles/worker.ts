import { createServer } from "node:http";
import { removeExpiredSessions } from "../accounts/expired-sessions.js";
import type { WorkerConfig } from "../config/config.js";
import { answerErrors, notFound } from "../http/errors.js";
import { removeExpiredPosts } from "../outside/posts.js";
import { trimRooms } from "../history/retention.js";
import { startSchedule } from "../queues/scheduled.js";
import { openInstance } from "./instance.js";
import type { Role } from "./role.js";
import { serviceApp } from "./service.js";

const sweepEveryMs = 60_000;

/** A worker: holds the scheduled tasks of the cluster; however many run, each task runs once when it is due. */
export async function startWorker(config: WorkerConfig): Promise<Role> {
  const instance = openInstance(config, {
    onRoomEvents() {},
    onLost() {},
    onDegraded() {},
    connectedClients: () => 0,
    presence: () => Promise.resolve({ guests: 0, members: 0, admins: 0 }),
    onHeartbeat: () => Promise.resolve(),
    // It may not tell the nodes who is gone.
    onKilled: null,
  });
  const { database, log } = instance;

  const app = serviceApp(config, instance);
  app.use(notFound, answerErrors(log));
  const http = createServer(app);
  await instance.start(http);

  const sweep = {
    name: "sweep",
    everyMs: sweepEveryMs,
    async run(connection: Parameters<typeof removeExpiredSessions>[0]) {
      return {
        expiredSessions: await removeExpiredSessions(connection),
        expiredPosts: await removeExpiredPosts(connection),
      };
    },
  };
  // In transactions of its own: it goes on where it ended, and holds no room for long.
  const trim = {
    name: "trim",
    everyMs: sweepEveryMs,
    run: () => trimRooms(database, config.retention),
  };
  const schedule = startSchedule(database, [sweep, trim], config.instanceId, log);

  return {
    log,
    async stop() {
      await instance.drain();
      await schedule.stop();
      await instance.stop(http);
    },
  };
}
