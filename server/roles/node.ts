import { createServer } from "node:http";
import type { RoomEvents } from "../../shared/room-events.js";
import { createAccounts } from "../accounts/accounts.js";
import { createSessions } from "../accounts/session.js";
import type { NodeConfig } from "../config/config.js";
import { createDelivery } from "../delivery/delivery.js";
import { Failure } from "../failure.js";
import { createAppend } from "../history/append.js";
import { createHistoryReader } from "../history/read.js";
import { accountRoutes } from "../http/accounts.js";
import { adminRoutes } from "../http/admin.js";
import { createApp, nodeApp } from "../http/app.js";
import { clientAddress } from "../http/client-address.js";
import { clientRoutes } from "../http/client-files.js";
import { healthRoutes } from "../http/health.js";
import { metricsRoutes } from "../http/metrics.js";
import { assertOrigin } from "../http/origin.js";
import { roomRoutes } from "../http/rooms.js";
import { currentUser } from "../http/session-user.js";
import { chatCommands } from "../io/chat.js";
import { createConnectionCap } from "../io/connections.js";
import { drainSockets } from "../io/drain.js";
import { roomChannel, roomOfChannel, userChannel } from "../io/names.js";
import { createIo, openNamespaces } from "../io/server.js";
import { createLimiter } from "../limits/bucket.js";
import { createPresence } from "../presence/presence.js";
import { createPresenceStore } from "../presence/store.js";
import { createRooms } from "../rooms/rooms.js";
import { createAnnouncement } from "./announce.js";
import { openInstance } from "./instance.js";
import type { Role } from "./role.js";

/** A node: HTTP, the chat and the built client. Resolves when it is ready. */
export async function startNode(config: NodeConfig): Promise<Role> {
  const instance = openInstance(config, {
    onRoomEvents: (batch) => tellDelivered(batch),
    onResubscribed: () => delivery.resync(),
    onDegraded(degraded) {
      io.local.emit("cluster:state", { degraded });
      if (!degraded) delivery.resync();
    },
    connectedClients: () => io.engine.clientsCount,
    presence: () => Promise.resolve(presence.globalState().counts),
    onHeartbeat: () => presence.heartbeat(),
  });
  const { bus, database, log, metrics, isDegraded } = instance;
  const proxies = config.trustProxy;

  const accounts = createAccounts(database);
  const rooms = createRooms(database);
  const history = createHistoryReader(database);
  const append = createAppend(database, metrics);
  const limiter = createLimiter(config.limits, () => bus?.commands() ?? null, metrics, log);
  const sessions = createSessions(database, {
    secrets: config.sessionSecrets,
    cookieDomain: config.cookieDomain,
  });
  const current = currentUser(accounts);
  const perIp = createConnectionCap(config.connectionsPerIp, "address");
  const perUser = createConnectionCap(config.connectionsPerUser, "user");
  const origins = { allowed: config.allowedOrigins, proxies };

  const streaming = config.streamingBaseUrl === null ? [] : [new URL(config.streamingBaseUrl).origin];
  const app = createApp(proxies, streaming);
  const http = createServer(app);
  const io = createIo(http, bus?.adapter ?? null, checkHandshake, sessions);

  const delivery = createDelivery({
    database,
    history,
    isDegraded,
    metrics,
    log,
    intervalMs: config.headPollIntervalMs,
    emitLocally(batch) {
      tellDelivered(batch);
      io.local.to(roomChannel(batch.room)).emit("room:events", batch);
    },
  });
  const presence = createPresence({
    mode: config.presence,
    store: bus && createPresenceStore(() => bus.commands(), config.boot, config.instanceTimeoutMs),
    isDegraded,
    debounceMs: config.presenceDebounceMs,
    hint: (changed) => io.serverSideEmit("presence:changed", changed),
    emitDiff(diff) {
      if (diff.room === undefined) io.local.emit("presence:diff", diff);
      else io.local.to(roomChannel(diff.room)).emit("presence:diff", diff);
    },
    metrics,
    log,
  });
  io.on("presence:changed", (changed) => presence.hinted(changed));
  io.of("/").adapter.on("leave-room", (channel: string, socketId: string) => {
    const room = roomOfChannel(channel);
    if (room !== null) presence.leave(socketId, room);
  });
  io.of("/").adapter.on("delete-room", (channel: string) => {
    const room = roomOfChannel(channel);
    if (room !== null) delivery.unwatch(room);
  });

  function tellDelivered(batch: RoomEvents): void {
    delivery.delivered(batch);
    const sockets = io.of("/").adapter.rooms.get(roomChannel(batch.room))?.size ?? 0;
    metrics.eventsDelivered.inc(sockets * batch.events.length);
  }

  function checkHandshake(request: Parameters<typeof clientAddress>[0]): void {
    assertOrigin(request, origins);
    if (instance.isDraining()) throw new Failure("unavailable", "this node is stopping", 0);
    perIp.assertBelow(clientAddress(request, proxies));
  }

  openNamespaces(io, {
    accounts,
    handlers: chatCommands({
      rooms,
      append,
      history,
      delivery,
      presence,
      limiter,
      broadcast(batch) {
        tellDelivered(batch);
        io.to(roomChannel(batch.room)).emit("room:events", batch);
      },
      guestsMayWrite: config.guests === "write",
    }),
    presence,
    limiter,
    perUser,
    perIp,
    clientAddress: (request) => clientAddress(request, proxies),
    isDegraded,
    metrics,
    log,
  });

  nodeApp(
    app,
    {
      health: healthRoutes(instance.health),
      metrics: metricsRoutes({
        keys: config.metricsApiKeys,
        metrics,
        json: instance.metricsJson,
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
        address: (request) => clientAddress(request, proxies),
      }),
      rooms: roomRoutes({
        rooms,
        history,
        current,
        evict(room, userId) {
          // Here at once, also while Redis is away; elsewhere over the bus.
          io.local.in(userChannel(userId)).socketsLeave(roomChannel(room));
          io.in(userChannel(userId)).socketsLeave(roomChannel(room));
        },
      }),
      admin: adminRoutes({
        current,
        health: async () => (await instance.look()).health,
        announce(input) {
          const announcement = createAnnouncement(input);
          io.emit("announcement:created", announcement);
          return announcement;
        },
      }),
      client: clientRoutes(config.streamingBaseUrl),
    },
    sessions,
    origins,
    log,
  );

  await instance.start(http);

  return {
    log,
    async stop() {
      await instance.drain();
      await drainSockets(io, config.shutdownTimeoutMs / 3);
      delivery.stop();
      limiter.stop();
      await presence.close().catch(() => {});
      io.engine.close();
      await instance.stop(http);
    },
  };
}
