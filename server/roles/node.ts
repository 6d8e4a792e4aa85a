import { createServer } from "node:http";
import type { RoomEvents } from "../../shared/room-events.js";
import { createAccounts } from "../accounts/accounts.js";
import { createSessions } from "../accounts/session.js";
import { judgeSessions } from "../accounts/validity.js";
import type { NodeConfig } from "../config/config.js";
import { createDelivery } from "../delivery/delivery.js";
import { Failure } from "../failure.js";
import { openDatabase } from "../database/pool.js";
import { createAppend } from "../history/group-commit.js";
import { readHeads, renewEpoch } from "../history/heads.js";
import { createHistoryReader, readStretches } from "../history/read.js";
import { createRecentEvents } from "../history/recent.js";
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
import { drainSockets } from "../io/drain.js";
import { createEviction } from "../io/eviction.js";
import { roomChannel, roomOfChannel } from "../io/names.js";
import { createRevocation } from "../io/revocation.js";
import { createIo, openNamespaces } from "../io/server.js";
import { cutSlowClients } from "../io/slow-clients.js";
import { createLimiter } from "../limits/bucket.js";
import { createConnections } from "../limits/connections.js";
import { createIngress } from "../outside/ingress.js";
import { createModeration } from "../moderation/moderation.js";
import { createPresence } from "../presence/presence.js";
import { createPresenceStore } from "../presence/store.js";
import { createAccess } from "../rooms/access.js";
import { createRooms } from "../rooms/rooms.js";
import { createAnnouncement } from "./announce.js";
import { openInstance } from "./instance.js";
import type { Role } from "./role.js";

/** A node: HTTP, the chat and the built client. Resolves when it is ready. */
export async function startNode(config: NodeConfig): Promise<Role> {
  const instance = openInstance(config, {
    onRoomEvents: (batch) => takeBatch(batch),
    onLost() {
      delivery.resync();
      revocation.check();
    },
    onDegraded(degraded) {
      io.local.emit("cluster:state", { degraded });
      if (!degraded) delivery.resync();
    },
    connectedClients: () => io.engine.clientsCount,
    presence: () => Promise.resolve(presence.globalState().counts),
    async onHeartbeat() {
      await presence.heartbeat();
      await connections.renew();
    },
    onKilled: (boot) => presence.sweep(boot),
  });
  const { bus, database, log, metrics, isDegraded } = instance;
  const proxies = config.trustProxy;

  const accounts = createAccounts(database);
  const access = createAccess(database);
  const recent = createRecentEvents();
  const replica =
    config.replicaUrl === null
      ? null
      : openDatabase(
          { url: config.replicaUrl, pool: config.database.pool, name: `parley ${config.instanceId}` },
          log,
        );
  const history = createHistoryReader({ primary: database, replica, recent, log });
  const append = createAppend({
    database,
    metrics,
    committed: broadcast,
    unsure: () => delivery.resync(),
  });
  const rooms = createRooms({ database, access, committed: broadcast });
  const eviction = createEviction(() => io);
  const limiter = createLimiter(config.limits, () => bus?.commands() ?? null, metrics, log);
  const revocation = createRevocation({ judge: (held) => judgeSessions(database, held), log });
  /** What these users may do has changed: looked up by every node. */
  function usersChanged(userIds: string[]): void {
    revocation.check(userIds);
    io.serverSideEmit("users:changed", userIds);
  }
  const moderation = createModeration({
    database,
    committed: broadcast,
    ended: eviction.end,
    changed: (userId) => usersChanged([userId]),
  });
  const sessions = createSessions(database, {
    secrets: config.sessionSecrets,
    cookieDomain: config.cookieDomain,
  });
  const current = currentUser(accounts);
  const connections = createConnections({
    boot: config.boot,
    perUser: config.connectionsPerUser,
    perAddress: config.connectionsPerIp,
    leaseMs: config.instanceTimeoutMs,
    commands: () => bus?.commands() ?? null,
    metrics,
    log,
  });
  const origins = { allowed: config.allowedOrigins, proxies };

  const streaming = config.streamingBaseUrl === null ? [] : [new URL(config.streamingBaseUrl).origin];
  const app = createApp(proxies, streaming);
  const http = createServer(app);
  const io = createIo(http, bus?.adapter ?? null, checkHandshake, sessions);

  const delivery = createDelivery({
    readHeads: (watched) => readHeads(database, watched),
    readMissing: (stretches) => readStretches(database, stretches),
    async wentBack(room, head) {
      log.error(
        { room, head: head.head },
        "a room's log went back: it gets a new epoch, clients read it anew",
      );
      await renewEpoch(database, room, head);
    },
    repaired: (count) => metrics.deliveryRepaired.inc(count),
    isDegraded,
    log,
    intervalMs: config.headPollIntervalMs,
    emitLocally(batch) {
      takeBatch(batch);
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
  io.on("users:changed", (userIds) => revocation.check(userIds));
  io.on("presence:changed", (changed) => presence.hinted(changed));
  io.of("/").adapter.on("leave-room", (channel: string, socketId: string) => {
    const room = roomOfChannel(channel);
    if (room !== null) presence.leave(socketId, room);
  });
  io.of("/").adapter.on("create-room", (channel: string) => {
    const room = roomOfChannel(channel);
    if (room !== null) void bus?.rooms.followRoom(room);
  });
  io.of("/").adapter.on("delete-room", (channel: string) => {
    const room = roomOfChannel(channel);
    if (room === null) return;
    delivery.unwatch(room);
    bus?.rooms.leaveRoom(room);
    recent.forget(room);
    eviction.forget(room);
  });

  /** What is to be done before a batch goes to local sockets, whichever way it came. */
  function takeBatch(batch: RoomEvents): void {
    eviction.obey(batch);
    const sockets = io.of("/").adapter.rooms.get(roomChannel(batch.room))?.size ?? 0;
    if (sockets === 0) return;
    delivery.delivered(batch);
    recent.keep(batch);
    metrics.eventsDelivered.inc(sockets * batch.events.length);
  }

  /** Sends what was committed here to everybody in its room, on all nodes. */
  function broadcast(batch: RoomEvents): void {
    takeBatch(batch);
    io.to(roomChannel(batch.room)).emit("room:events", batch);
  }

  bus?.listenOutside(
    createIngress({
      bucket: config.limits.messages,
      tellRoom: (room, event) => io.local.to(roomChannel(room)).emit("external:event", event),
      announce: (input) => io.local.emit("announcement:created", createAnnouncement(input)),
      metrics,
      log,
    }),
  );

  function checkHandshake(request: Parameters<typeof clientAddress>[0]): void {
    assertOrigin(request, origins);
    if (instance.isDraining()) throw new Failure("unavailable", "this node is stopping", 0);
    connections.assertAddressBelow(clientAddress(request, proxies));
  }

  openNamespaces(io, {
    accounts,
    handlers: chatCommands({
      access,
      rooms,
      append,
      history,
      presence,
      follow: async (room) => (isDegraded() ? undefined : bus?.rooms.followRoom(room)),
      guard: eviction.guard,
      watch: (room, page) => delivery.watch(room, page.head, page.epoch),
      limiter,
      guestsMayWrite: config.guests === "write",
    }),
    presence,
    limiter,
    connections,
    revocation,
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
        loggedOut: (user) => usersChanged([user.id]),
        address: (request) => clientAddress(request, proxies),
      }),
      rooms: roomRoutes({ rooms, access, history, current }),
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
    },
    sessions,
    origins,
    log,
  );

  const slowClients = cutSlowClients(io, metrics, log);
  await instance.start(http);

  return {
    log,
    async stop() {
      await instance.drain();
      await drainSockets(io, config.shutdownTimeoutMs / 3);
      delivery.stop();
      revocation.stop();
      slowClients.stop();
      limiter.stop();
      await presence.close().catch(() => {});
      io.engine.close();
      await instance.stop(http);
      await replica?.close();
    },
  };
}
