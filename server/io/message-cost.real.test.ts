// oxlint-disable no-underscore-dangle -- what is counted is Node's own
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { Socket as TcpSocket, type AddressInfo } from "node:net";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { RoomEvents } from "../../shared/room-events.js";
import type { Database } from "../database/pool.js";
import { createAppend } from "../history/group-commit.js";
import { createLimiter } from "../limits/bucket.js";
import { createMetrics } from "../metrics/metrics.js";
import { makeRoom, user } from "../test/room-log.js";
import { connectRedis, createTestDatabase, eventually, silent, type TestDatabase } from "../test/services.js";
import { listenForCommands, type CommandHandlers } from "./command.js";
import { createEntrance } from "./entrance.js";
import { createFanOut, type FanOut } from "./fan-out.js";
import { roomChannel } from "./names.js";
import type { ChatServer, ChatSocket } from "./types.js";
import { TurnWebSocketServer } from "./web-socket.js";

// What a node does for the messages of one window, counted at a schedule of arrivals: limits in Redis, statements,
// writes to its sockets.

const members = 20;
/** Long enough for all of them on any machine. */
const windowMaxMs = 500;
const metrics = createMetrics();
const bucket = { burst: 1000, perSecond: 1000 };
const buckets = { messages: bucket, commands: bucket, logins: null, guests: null };

let tests: TestDatabase;
let redis: Awaited<ReturnType<typeof connectRedis>>;
let limiter: ReturnType<typeof createLimiter>;
let io: ChatServer;
let port: number;
let room: string;
let fanOut: FanOut;
let statements = 0;
const clients: Socket[] = [];
const heard: string[][] = [];

beforeAll(async () => {
  tests = await createTestDatabase("message_cost");
  redis = await connectRedis(3);
  const opened = tests.open();
  room = await makeRoom(opened);
  const database: Database = {
    ...opened,
    query(sql, values, timeoutMs) {
      statements += 1;
      return opened.query(sql, values, timeoutMs);
    },
  };
  limiter = createLimiter(buckets, () => redis.client, metrics, silent);
  fanOut = createFanOut({ io: () => io, publish: spin, delivered() {}, windowMaxMs });
  const append = createAppend({
    database,
    metrics,
    committed(batch) {
      fanOut.give(batch);
      fanOut.hurry();
    },
    unsure() {},
  });
  const handlers = {
    "message:send": (socket: ChatSocket, input: { room: string; clientId: string; text: string }) =>
      append({ kind: "message", sender: socket.data.user, ...input }),
  } as unknown as CommandHandlers;
  const deps = { handlers, limiter, entrance: createEntrance(fanOut.windowMs), log: silent };

  const http = createServer();
  io = new Server(http, { perMessageDeflate: false, wsEngine: TurnWebSocketServer });
  let count = 0;
  io.on("connection", (socket) => {
    socket.data.user = user(`member ${(count += 1)}`);
    void socket.join(roomChannel(room));
    listenForCommands(socket, deps);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  port = (http.address() as AddressInfo).port;
  for (let n = 0; n < members; n += 1) {
    const client = connect(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true });
    const own: string[] = [];
    client.on("room:events", ({ events }: RoomEvents) => own.push(...events.map(({ id }) => id)));
    clients.push(client);
    heard.push(own);
  }
  await eventually("all members", () => io.of("/").sockets.size === members, 5000);
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await io.close();
  limiter.stop();
  await redis.close();
  await tests.close();
});

/** Makes a tick dear. */
function spin(): void {
  const until = performance.now() + windowMaxMs / 10;
  while (performance.now() < until);
}

/** Has the node be under load for a while: what comes next gathers. */
async function load(): Promise<void> {
  for (let n = 1; n <= 10; n += 1) {
    fanOut.tell({ room, epoch: "1", events: [] });
    fanOut.give({ room, epoch: "1", events: [{ id: "load" }] as unknown as RoomEvents["events"] });
    fanOut.flush();
  }
  await eventually("all of the load", () => heard.every((own) => own.length === 10), 5000);
  for (const own of heard) own.length = 0;
}

/** Counts the writes to the node's sockets. */
function countWrites(): () => number {
  const written = vi.spyOn(TcpSocket.prototype as unknown as { _writeGeneric(): void }, "_writeGeneric");
  return () => written.mock.contexts.filter((tcp) => (tcp as TcpSocket).localPort === port).length;
}

it("counts limits once, appends with one statement and writes once to each socket, its ack too, for all of a window", async () => {
  await load();
  const evaluated = vi.spyOn(redis.client, "eval");
  const writes = countWrites();
  // Each in a turn of the event loop of its own.
  const acks: Promise<{ ok: boolean; data: { id: string } }>[] = [];
  for (const client of clients) {
    acks.push(client.emitWithAck("message:send", { room, clientId: randomUUID(), text: "x" }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ids = (await Promise.all(acks)).map(({ data }) => data.id);
  await eventually("all events", () => heard.every((own) => own.length === members), 5000);
  const counted = { limits: evaluated.mock.calls.length, statements, writes: writes() };
  vi.restoreAllMocks();
  expect(counted).toEqual({ limits: 1, statements: 1, writes: members });
  for (const own of heard) expect(own.toSorted()).toEqual(ids.toSorted());
});
