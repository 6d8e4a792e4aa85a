import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { RoomEvents } from "../../shared/room-events.js";
import { startChatIo, type ChatIo } from "../test/chat-io.js";
import { eventually } from "../test/services.js";
import { createFanOut, type FanOut } from "./fan-out.js";
import { socketRoom } from "../bus/channels.js";

// What a message costs, counted where no clock can disturb it: the test says when a tick is over.

const rooms = ["a", "b", "c"];
const readers = 20;
let chat: ChatIo;
let fanOut: FanOut;
const clients: Socket[] = [];
const heard: string[][] = [];
const published: RoomEvents[] = [];
let delivered = 0;

const build = (
  publish: (batches: readonly RoomEvents[]) => number = (batches) => published.push(...batches),
) =>
  createFanOut({
    io: () => chat.io,
    publish,
    delivered: (count) => void (delivered += count),
    windowMaxMs: 20,
  });

beforeAll(async () => {
  chat = await startChatIo();
  chat.io.on("connection", (socket) => void socket.join(rooms.map(socketRoom)));
  fanOut = build();
  for (let n = 0; n < readers; n += 1) {
    const client = chat.connect();
    const own: string[] = [];
    client.on("room:events", ({ room, events }: RoomEvents) =>
      own.push(...events.map(({ offset }) => `${room}${offset}`)),
    );
    clients.push(client);
    heard.push(own);
  }
  await eventually("all readers", () => chat.io.of("/").sockets.size === readers, 5000);
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await chat.close();
});
afterEach(() => {
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

it("writes once to each socket in a tick, and tells one batch of each room", async () => {
  const count = chat.countWrites();
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
  const count = chat.countWrites();
  for (let n = 1; n <= 30; n += 1) fanOut.give(message("a", n));
  fanOut.flush();
  const bare = JSON.stringify(message("a", 30).events[0]).length;
  expect(count.bytes / delivered).toBeGreaterThan(bare - 5);
  expect(count.bytes / delivered).toBeLessThan(bare + 8);
});

it("lets one alone leave when the turn of the loop is through", async () => {
  const quiet = build();
  const count = chat.countWrites();
  quiet.give(message("a", 1));
  expect(count.writes).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(count.writes).toBe(readers);
});

it("gathers what other nodes hear as soon as there are several in a window, though no write here is saved", () => {
  for (const heardElsewhere of [0, 1]) {
    const clock = vi.spyOn(performance, "now").mockReturnValue(1000);
    const node = build((batches) => batches.flatMap(({ events }) => events).length * heardElsewhere);
    const windows: number[] = [];
    for (let n = 1; n <= 60; n += 1) {
      // Slowly at first, then one every four ms, each to a room without sockets here.
      clock.mockReturnValue(performance.now() + (n <= 10 ? 50 : 4));
      node.tell(message("elsewhere", n));
      node.flush();
      windows.push(node.windowMs());
    }
    clock.mockRestore();
    expect(windows.slice(0, 10).every((ms) => ms === 0)).toBe(true);
    expect(windows.at(-1)).toBe(heardElsewhere * 20);
  }
});

it("does not keep what has waited, and writes it with the acks of the same turn", async () => {
  // Dear ticks make what comes next wait for others.
  const busy = build(() => {
    const until = performance.now() + 5;
    while (performance.now() < until);
    return 0;
  });
  for (let n = 1; n <= 20; n += 1) {
    busy.tell(message("a", n));
    busy.give(message("a", n));
    busy.flush();
  }
  const count = chat.countWrites();
  busy.give(message("a", 21));
  busy.hurry();
  for (const socket of chat.io.of("/").sockets.values()) socket.emit("server:draining", { reconnectInMs: 1 });
  expect(count.writes).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(count.writes).toBe(readers);
  expect(delivered).toBe(21 * readers);
  await eventually("the event", () => heard.every((own) => own.at(-1) === "a21"), 5000);
});
