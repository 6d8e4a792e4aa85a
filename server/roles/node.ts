import { createServer, type IncomingMessage } from "node:http";
import { createAccounts } from "../accounts/accounts.js";
import { createSessions } from "../accounts/session.js";
import { judgeSessions } from "../accounts/validity.js";
import type { NodeConfig } from "../config/config.js";
import { Failure } from "../failure.js";
import { createApp, nodeApp } from "../http/app.js";
import { clientAddress, isSecure } from "../http/client-address.js";
import { assertOrigin } from "../http/origin.js";
import { createAdminNews } from "../io/admin-news.js";
import { chatCommands } from "../io/chat.js";
import { drainSockets } from "../io/drain.js";
import { socketRoom } from "../bus/channels.js";
import { roomOfChannel } from "../io/names.js";
import { createRevocation } from "../io/revocation.js";
import { createIo, openNamespaces } from "../io/server.js";
import { cutSlowClients } from "../io/slow-clients.js";
import { createLimiter } from "../limits/limiter.js";
import { createConnections } from "../limits/connections.js";
import { createModeration } from "../moderation/moderation.js";
import { createIngress } from "../outside/ingress.js";
import { createPresence } from "../presence/presence.js";
import { createPresenceStore } from "../presence/store.js";
import { createAnnouncement } from "./announce.js";
import { openInstance } from "./instance.js";
import { nodeRoutes } from "./node-routes.js";
import type { Role } from "./role.js";
import { openRoomLogs } from "./room-logs.js";

/** A node: HTTP, the chat and the built client. Resolves when it is ready. */
export async function startNode(config: NodeConfig): Promise<Role> {
  const instance = openInstance(config, {
    onRoomEvents: (batch) => logs.give(batch),
    onLost() {
      logs.delivery.resync();
      revocation.check();
    },
    onDegraded(degraded) {
      io.local.emit("cluster:state", { degraded });
      news.tell(degraded ? "degraded" : "recovered");
      if (degraded) return;
      logs.delivery.resync();
      presence.resume();
    },
    connectedClients: () => io.engine.clientsCount,
    presence: () => Promise.resolve(presence.globalState().counts),
    async onHeartbeat(fresh) {
      await presence.heartbeat(fresh);
      await connections.renew();
    },
    async onKilled(boot) {
      await Promise.all([connections.sweep(boot), presence.sweep(boot)]);
    },
  });
  const { bus, database, log, metrics, isDegraded } = instance;
  const proxies = config.trustProxy;
  const commands = () => bus?.commands() ?? null;

  const accounts = createAccounts(database);
  const logs = openRoomLogs(config, instance, () => io);
  const limiter = createLimiter(config.limits, commands, metrics, log);
  const connections = createConnections({
    boot: config.boot,
    perUser: config.connectionsPerUser,
    perAddress: config.connectionsPerIp,
    leaseMs: config.instanceTimeoutMs,
    commands,
    metrics,
    log,
  });
  const revocation = createRevocation({
    judge: (held) => judgeSessions(database, held),
    onUser: (socketId, user) => presence.update(socketId, user),
    log,
  });
  /** What these users may do has changed: looked up by every node. */
  function usersChanged(userIds: string[]): void {
    revocation.check(userIds);
    io.serverSideEmit("users:changed", userIds);
  }
  const moderation = createModeration({
    database,
    committed: logs.broadcast,
    ended: logs.eviction.end,
    changed: (userId) => usersChanged([userId]),
  });
  const sessions = createSessions(database, {
    secrets: config.sessionSecrets,
    cookieDomain: config.cookieDomain,
    isSecure: (request) => isSecure(request, proxies),
  });
  const origins = { allowed: config.allowedOrigins, proxies };

  const addressOf = (request: IncomingMessage) => clientAddress(request, proxies);
  const app = createApp(proxies, config.streamingBaseUrl);
  const http = createServer(app);
  const io = createIo(
    http,
    bus?.adapter ?? null,
    (request) => {
      assertOrigin(request, origins);
      if (instance.isDraining()) throw new Failure("unavailable", "this node is stopping", 0);
      connections.assertAddressBelow(addressOf(request));
    },
    sessions,
    addressOf,
  );

  const presence = createPresence({
    mode: config.presence,
    store: bus && createPresenceStore(() => bus.commands(), config.boot, config.instanceTimeoutMs),
    isDegraded,
    debounceMs: config.presenceDebounceMs,
    hint: (changed) => io.serverSideEmit("presence:changed", changed),
    emitDiff(diff) {
      if (diff.room === undefined) io.local.emit("presence:diff", diff);
      else io.local.to(socketRoom(diff.room)).emit("presence:diff", diff);
    },
    metrics,
    log,
  });
  io.on("users:changed", (userIds) => revocation.check(userIds));
  io.on("presence:changed", (changed) => presence.hinted(changed));

  const { adapter } = io.of("/");
  const onRoom = (event: string, act: (room: string, socketId: string) => void) =>
    adapter.on(event, (channel: string, socketId: string) => {
      const room = roomOfChannel(channel);
      if (room !== null) act(room, socketId);
    });
  onRoom("leave-room", (room, socketId) => presence.leave(socketId, room));
  onRoom("create-room", (room) => void bus?.rooms.followRoom(room));
  onRoom("delete-room", (room) => {
    logs.leave(room);
    bus?.rooms.leaveRoom(room);
  });

  bus?.listenOutside(
    createIngress({
      bucket: config.limits.messages,
      tellRoom: (room, event) => io.local.to(socketRoom(room)).emit("external:event", event),
      announce: (input) => io.local.emit("announcement:created", createAnnouncement(input)),
      metrics,
      log,
    }),
  );

  openNamespaces(io, {
    accounts,
    handlers: chatCommands({
      ...logs,
      presence,
      follow: async (room) => (isDegraded() ? undefined : bus?.rooms.followRoom(room)),
      guard: logs.eviction.guard,
      watch: (room, page) => logs.delivery.watch(room, page.head, page.epoch),
      guestsMayWrite: config.guests === "write",
    }),
    presence,
    limiter,
    entrance: logs.entrance,
    connections,
    revocation,
    isDegraded,
    metrics,
    log,
  });
  const loggedOut = (user: { id: string }) => usersChanged([user.id]);
  const parts = { config, instance, accounts, limiter, moderation, logs, io, loggedOut };
  nodeApp(app, nodeRoutes(parts), sessions, origins, log);

  const slowClients = cutSlowClients(io, metrics, log);
  const news = createAdminNews({
    instanceId: config.instanceId,
    admin: () => io.of("/admin"),
    isUnheard: () => bus === null || isDegraded(),
    look: instance.look,
    log,
  });
  await instance.start(http);

  return {
    log,
    async stop() {
      if (bus === null || isDegraded()) news.tell("draining");
      await instance.drain();
      await drainSockets(io, config.shutdownTimeoutMs / 3);
      logs.stop();
      revocation.stop();
      slowClients.stop();
      news.stop();
      limiter.stop();
      await presence.close().catch(() => {});
      io.engine.close();
      await instance.stop(http);
      await logs.close();
    },
  };
}
