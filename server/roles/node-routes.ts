import type { Request } from "express";
import type { User } from "../../shared/values.js";
import type { Accounts } from "../accounts/accounts.js";
import type { NodeConfig } from "../config/config.js";
import { accountRoutes } from "../http/accounts.js";
import { adminRoutes } from "../http/admin.js";
import type { NodeRoutes } from "../http/app.js";
import { clientAddress } from "../http/client-address.js";
import { clientRoutes } from "../http/client-files.js";
import { healthRoutes } from "../http/health.js";
import { metricsRoutes } from "../http/metrics.js";
import { roomRoutes } from "../http/rooms.js";
import { currentUser } from "../http/session-user.js";
import type { ChatServer } from "../io/types.js";
import type { Limiter } from "../limits/limiter.js";
import type { Moderation } from "../moderation/moderation.js";
import { createAnnouncement } from "./announce.js";
import type { Instance } from "./instance.js";
import type { RoomLogs } from "./room-logs.js";

/** What a node's routes work with. */
export interface RouteParts {
  config: NodeConfig;
  instance: Instance;
  accounts: Accounts;
  limiter: Limiter;
  moderation: Moderation;
  logs: RoomLogs;
  io: ChatServer;
  /** A session of this user has ended. */
  loggedOut(user: User): void;
}

/** Puts the routers of a node together. */
export function nodeRoutes(parts: RouteParts): NodeRoutes {
  const { config, instance, accounts, limiter, moderation, logs, io, loggedOut } = parts;
  const { metrics } = instance;
  const current = currentUser(accounts);
  const address = (request: Request) => clientAddress(request, config.trustProxy);
  return {
    health: healthRoutes(instance.health),
    metrics: metricsRoutes({
      keys: config.metricsApiKeys,
      metrics,
      json: instance.metricsJson,
      health: instance.health,
      sessionRole: (request) =>
        current(request).then(
          ({ role }) => role,
          () => null,
        ),
    }),
    accounts: accountRoutes({
      accounts,
      current,
      limiter,
      metrics,
      guests: config.guests,
      loggedOut,
      address,
    }),
    rooms: roomRoutes({ ...logs, current, limiter }),
    admin: adminRoutes({
      current,
      health: async () => (await instance.look()).health,
      moderation,
      drain: instance.orderDrain,
      announce(input) {
        const announcement = createAnnouncement(input);
        io.emit("announcement:created", announcement);
        return announcement;
      },
    }),
    client: clientRoutes(config.streamingBaseUrl),
  };
}
