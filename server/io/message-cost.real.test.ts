import { randomUUID } from "node:crypto";
import type { Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { RoomEvents } from "../../shared/room-events.js";
import type { Database } from "../database/pool.js";
import { createAppend } from "../history/group-commit.js";
import { createLimiter } from "../limits/limiter.js";
import { createMetrics } from "../metrics/metrics.js";
import { startChatIo, type ChatIo } from "../test/chat-io.js";
import { makeRoom, user } from "../test/room-log.js";
import { connectRedis, createTestDatabase, eventually, silent, type TestDatabase } from "../test/services.js";
import { listenForCommands, type CommandHandlers } from "./command.js";
import { createEntrance } from "./entrance.js";
import { createFanOut, type FanOut } from "./fan-out.js";
import { socketRoom } from "../bus/channels.js";
import type { ChatSocket } from "./types.js";

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
let chat: ChatIo;
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
  fanOut = createFanOut({ io: () => chat.io, publish: spin, delivered() {}, windowMaxMs });
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

  chat = await startChatIo();
  let count = 0;
  chat.io.on("connection", (socket) => {
    socket.data.user = user(`member ${(count += 1)}`);
    void socket.join(socketRoom(room));
    listenForCommands(socket, deps);
  });
  for (let n = 0; n < members; n += 1) {
    const client = chat.connect();
    const own: string[] = [];
    client.on("room:events", ({ events }: RoomEvents) => own.push(...events.map(({ id }) => id)));
    clients.push(client);
    heard.push(own);
  }
  await eventually("all members", () => chat.io.of("/").sockets.size === members, 5000);
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await chat.close();
  limiter.stop();
  await redis.close();
  await tests.close();
});

/** Makes a tick dear; no other node hears anything. */
function spin(): number {
  const until = performance.now() + windowMaxMs / 10;
  while (performance.now() < until);
  return 0;
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

it("counts limits once, appends with one statement and writes once to each socket, its ack too, for all of a window", async () => {
  await load();
  const evaluated = vi.spyOn(redis.client, "eval");
  const count = chat.countWrites();
  // Each in a turn of the event loop of its own.
  const acks: Promise<{ ok: boolean; data: { id: string } }>[] = [];
  for (const client of clients) {
    acks.push(client.emitWithAck("message:send", { room, clientId: randomUUID(), text: "x" }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ids = (await Promise.all(acks)).map(({ data }) => data.id);
  await eventually("all events", () => heard.every((own) => own.length === members), 5000);
  const counted = { limits: evaluated.mock.calls.length, statements, writes: count.writes };
  vi.restoreAllMocks();
  expect(counted).toEqual({ limits: 1, statements: 1, writes: members });
  for (const own of heard) expect(own.toSorted()).toEqual(ids.toSorted());
});
