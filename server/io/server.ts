import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { RequestHandler } from "express";
import { Server } from "socket.io";
import { WebSocketServer } from "ws";
import { limits } from "../../shared/limits.js";
import type { User } from "../../shared/values.js";
import type { Accounts } from "../accounts/accounts.js";
import type { Bus } from "../bus/bus.js";
import { Failure, toErrorBody } from "../failure.js";
import type { Connections } from "../limits/connections.js";
import type { Metrics } from "../metrics/metrics.js";
import type { Presence } from "../presence/presence.js";
import { listenForCommands, type CommandDeps } from "./command.js";
import { shortenWrites } from "./connection.js";
import { guardUpgrades, statusOf, type HandshakeCheck } from "./handshake.js";
import { userChannel } from "./names.js";
import type { Revocation } from "./revocation.js";
import type { AdminNamespace, ChatServer, ChatSocket } from "./types.js";
import { isFollowUp, receiveVisitors, visitorOf, type Visitor } from "./visitor.js";

/** Makes the Socket.IO server on `http`; nobody can connect before `openNamespaces`. */
export function createIo(
  http: HttpServer,
  adapter: Bus["adapter"] | null,
  check: HandshakeCheck,
  sessions: RequestHandler,
  addressOf: (request: IncomingMessage) => string,
): ChatServer {
  const io: ChatServer = new Server(http, {
    ...(adapter ? { adapter } : {}),
    serveClient: false,
    // Shorter than nginx' read time-out, which is shorter than the client's (lab-notes §6).
    pingInterval: 10_000,
    pingTimeout: 5000,
    connectTimeout: 5000,
    maxHttpBufferSize: limits.packetBytes,
    perMessageDeflate: false,
    httpCompression: false,
    wsEngine: WebSocketServer,
    // A WebSocket that grew out of polling was checked when it began, and again by `guardUpgrades`.
    allowRequest: (request, decide) => {
      if (isFollowUp(request)) return decide(null, true);
      try {
        check(request);
        decide(null, true);
      } catch (error) {
        decide(error instanceof Failure ? error.message : "refused", false);
      }
    },
  });
  answerRefusedPolling(io, check);
  shortenWrites(io);
  receiveVisitors(io, sessions, addressOf);
  guardUpgrades(http, check);
  return io;
}

/** Answers a refused polling handshake itself, as the contract's error with its status, before engine.io does. */
function answerRefusedPolling(io: ChatServer, check: HandshakeCheck): void {
  io.engine.use(
    (request: IncomingMessage, response: import("node:http").ServerResponse, next: () => void) => {
      if (isFollowUp(request) || request.headers.upgrade !== undefined) return next();
      try {
        check(request);
        next();
      } catch (error) {
        const failure = error instanceof Failure ? error : new Failure("forbidden", "refused");
        response.writeHead(statusOf(failure), { "content-type": "application/json; charset=utf-8" });
        response.end(JSON.stringify({ error: toErrorBody(failure) }));
      }
    },
  );
}

/** What the namespaces work with. */
export interface NamespaceDeps extends CommandDeps {
  accounts: Accounts;
  presence: Presence;
  connections: Connections;
  revocation: Revocation;
  isDegraded(): boolean;
  metrics: Metrics;
}

/** Opens the namespaces `/` (everybody with a session) and `/admin` (admins). */
export function openNamespaces(io: ChatServer, deps: NamespaceDeps): void {
  io.use(authenticate(deps));
  io.on("connection", (socket) => welcome(socket, deps));

  const admin = io.of("/admin") as unknown as AdminNamespace;
  admin.use(authenticate(deps));
  admin.use((socket, next) => {
    const { role } = socket.data.user;
    next(role === "admin" ? undefined : refusal(new Failure("forbidden", "admins only")));
  });
  admin.on("connection", (socket) => {
    deps.revocation.hold(socket);
    socket.on("disconnect", () => deps.revocation.release(socket));
  });
}

/** Socket.IO tells the client an error's message and its `data`. */
function refusal(error: unknown): Error {
  const body = toErrorBody(error);
  return Object.assign(new Error(body.code), { data: body });
}

interface Authenticated {
  nsp: { name: string };
  data: { user?: User };
  conn: object;
  handshake: { auth: object; query: object };
}

/** Who was admitted and has not been welcomed yet. */
const admitted = new WeakSet<object>();

/** Takes the user from the handshake's session, fresh from the accounts; without one: `unauthenticated`. */
function authenticate({ accounts, connections }: NamespaceDeps) {
  return (socket: Authenticated, next: (error?: Error) => void): void => {
    const visitor = visitorOf(socket);
    findUser(visitor, accounts)
      .then(async (user) => {
        const { user: claimed } = socket.handshake.auth as { user?: unknown };
        // A page of somebody whose browser has another user's session by now must not speak for him.
        if (claimed !== undefined && claimed !== user.id)
          throw new Failure("unauthenticated", "the session is another user's");
        const connector = { userId: user.id, address: visitor.address };
        // The dashboard's namespace shares the chat's connection, which is counted already.
        const isCounted = socket.nsp.name === "/";
        if (isCounted) {
          await connections.admit(connector);
          admitted.add(socket);
        }
        socket.data.user = user;
        // What a client sends along is not passed on to other nodes either.
        Object.assign(socket.handshake, { auth: {}, query: {} });
        next();
        // Socket.IO welcomes in the turn it was told to, unless the connection ended meanwhile.
        if (isCounted) setImmediate(() => admitted.delete(socket) && connections.closed(connector));
      })
      .catch((error: unknown) => next(refusal(error)));
  };
}

async function findUser({ user }: Visitor, accounts: Accounts): Promise<User> {
  if (user === null) throw new Failure("unauthenticated", "log in first");
  return accounts.current(user);
}

const connectorOf = (socket: ChatSocket) => ({
  userId: socket.data.user.id,
  address: visitorOf(socket).address,
});

function welcome(socket: ChatSocket, deps: NamespaceDeps): void {
  const { user } = socket.data;
  admitted.delete(socket);
  deps.revocation.hold(socket);
  void socket.join(userChannel(user.id));
  deps.metrics.connectedClients.inc();
  deps.presence.connect(socket.id, user);
  listenForCommands(socket, deps);
  socket.on("disconnect", () => {
    deps.connections.closed(connectorOf(socket));
    deps.revocation.release(socket);
    deps.metrics.connectedClients.dec();
    deps.presence.disconnect(socket.id);
  });
  socket.emit("presence:state", deps.presence.globalState());
  socket.emit("cluster:state", { degraded: deps.isDegraded() });
}
