// oxlint-disable no-underscore-dangle -- what is counted is Node's own
import { createServer } from "node:http";
import { once } from "node:events";
import { Socket as TcpSocket, type AddressInfo } from "node:net";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { RoomEvents } from "../../shared/room-events.js";
import { eventually } from "../test/services.js";
import { createFanOut, type FanOut } from "./fan-out.js";
import { roomChannel } from "./names.js";
import type { ChatServer } from "./types.js";
import { TurnWebSocketServer } from "./web-socket.js";

// What a message costs, counted where no clock can disturb it: the test says when a tick is over.

const rooms = ["a", "b", "c"];
const readers = 20;
let io: ChatServer;
let fanOut: FanOut;
const clients: Socket[] = [];
const heard: string[][] = [];
const published: RoomEvents[] = [];
let delivered = 0;

const build = (publish: (batch: RoomEvents) => void = (batch) => void published.push(batch)) =>
  createFanOut({
    io: () => io,
    publish,
    delivered: (count) => void (delivered += count),
    windowMaxMs: 20,
  });

beforeAll(async () => {
  const http = createServer();
  io = new Server(http, { perMessageDeflate: false, wsEngine: TurnWebSocketServer });
  io.on("connection", (socket) => void socket.join(rooms.map(roomChannel)));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  fanOut = build();
  for (let n = 0; n < readers; n += 1) {
    const client = connect(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true });
    const own: string[] = [];
    client.on("room:events", ({ room, events }: RoomEvents) =>
      own.push(...events.map(({ offset }) => `${room}${offset}`)),
    );
    clients.push(client);
    heard.push(own);
  }
  await eventually("all readers", () => io.of("/").sockets.size === readers, 5000);
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await io.close();
});
afterEach(() => {
  vi.restoreAllMocks();
  published.length = 0;
  delivered = 0;
  for (const own of heard) own.length = 0;
});

const text = "x".repeat(100);
const message = (room: string, offset: number): RoomEvents => ({
  room,
  epoch: "1",
  events: [
    {
      kind: "message",
      offset,
      id: "0199a000-0000-7000-8000-000000000000",
      at: 1_790_000_000_000,
      sender: { id: "0199a000-0000-7000-8000-000000000001", name: "Ann", role: "member" },
      clientId: "0199a000-0000-4000-8000-000000000002",
      text,
    },
  ],
});

/** Counts what reaches the operating system's sockets: writes, and their bytes. */
function countWrites(): { writes: number; bytes: number } {
  const count = { writes: 0, bytes: 0 };
  const prototype = TcpSocket.prototype as unknown as {
    _writeGeneric(isMany: boolean, data: Buffer | { chunk: Buffer }[], ...rest: unknown[]): void;
  };
  const original = prototype._writeGeneric;
  vi.spyOn(prototype, "_writeGeneric").mockImplementation(function (this: unknown, isMany, data, ...rest) {
    count.writes += 1;
    const chunks = Array.isArray(data) ? data.map(({ chunk }) => chunk) : [data];
    for (const chunk of chunks) count.bytes += chunk.length;
    return original.call(this, isMany, data, ...rest);
  });
  return count;
}

it("writes once to each socket in a tick, and publishes once for each room", async () => {
  const count = countWrites();
  const expected: string[] = [];
  for (let tick = 0; tick < 10; tick += 1) {
    for (let n = 1; n <= 12; n += 1) {
      const batch = message(rooms[n % 3] ?? "", tick * 12 + n);
      fanOut.tell(batch);
      fanOut.give(batch);
      expected.push(`${batch.room}${tick * 12 + n}`);
    }
    fanOut.flush();
  }
  expect(delivered).toBe(120 * readers);
  expect(count.writes).toBe(10 * readers);
  expect(published).toHaveLength(30);
  expect(published.flatMap(({ events }) => events)).toHaveLength(120);
  for (const own of heard) {
    await eventually("all events", () => own.length >= 120, 5000);
    expect([...own].sort()).toEqual([...expected].sort());
    for (const room of rooms) {
      const offsets = own.filter((each) => each.startsWith(room)).map((each) => Number(each.slice(1)));
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    }
  }
});

it("spends the message's bytes and few others on each delivery", () => {
  const count = countWrites();
  for (let n = 1; n <= 30; n += 1) fanOut.give(message("a", n));
  fanOut.flush();
  const bare = JSON.stringify(message("a", 30).events[0]).length;
  expect(count.bytes / delivered).toBeGreaterThan(bare - 5);
  expect(count.bytes / delivered).toBeLessThan(bare + 8);
});

it("lets one alone leave when the turn of the loop is through", async () => {
  const quiet = build();
  const count = countWrites();
  quiet.give(message("a", 1));
  expect(count.writes).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(count.writes).toBe(readers);
});

it("does not keep what has waited, and writes it with the acks of the same turn", async () => {
  // Dear ticks make what comes next wait for others.
  const busy = build(() => {
    const until = performance.now() + 5;
    while (performance.now() < until);
  });
  for (let n = 1; n <= 20; n += 1) {
    busy.tell(message("a", n));
    busy.give(message("a", n));
    busy.flush();
  }
  const count = countWrites();
  busy.give(message("a", 21));
  busy.hurry();
  for (const socket of io.of("/").sockets.values()) socket.emit("server:draining", { reconnectInMs: 1 });
  expect(count.writes).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(count.writes).toBe(readers);
  expect(delivered).toBe(21 * readers);
  await eventually("the event", () => heard.every((own) => own.at(-1) === "a21"), 5000);
});
