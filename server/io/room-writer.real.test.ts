import type { Socket as ServerSocket } from "socket.io";
import type { Socket } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RoomEvent, RoomEvents } from "../../shared/room-events.js";
import { startChatIo, type ChatIo } from "../test/chat-io.js";
import { eventually } from "../test/services.js";
import { socketRoom } from "../bus/channels.js";
import { createRoomWriter, type RoomWriter } from "./room-writer.js";

let chat: ChatIo;
let writer: RoomWriter;
const closing: (() => void)[] = [];

beforeEach(async () => {
  chat = await startChatIo();
  writer = createRoomWriter(() => chat.io, 10_000);
  chat.io.on("connection", (socket) => void socket.join(["a", "b"].map(socketRoom)));
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) close();
  await chat.close();
});

const batch = (room: string, ...offsets: number[]): RoomEvents => ({
  room,
  epoch: "1",
  events: offsets.map((offset) => ({ offset, kind: "message", text: `nr. ${offset} ä€😀` }) as RoomEvent),
});

/** A stock client that remembers all it hears: room and offset of events, the number of anything else. */
async function listen(transports: ("websocket" | "polling")[]) {
  const heard: string[] = [];
  const joined = new Promise<ServerSocket>((resolve) => void chat.io.once("connection", resolve as never));
  const client = chat.connect(transports);
  closing.push(() => void client.disconnect());
  client.on("room:events", ({ room, events }: RoomEvents) => {
    for (const { offset } of events) heard.push(`${room}${offset}`);
  });
  client.on("other", (n: number) => void heard.push(`o${n}`));
  const socket = await joined;
  await eventually("the client to know", () => client.connected, 5000);
  return { client, heard, socket };
}

const upgraded = (client: Socket) => client.io.engine.transport.name === "websocket";

describe("room events written past the ordinary queue", () => {
  it.each([["websocket"], ["polling"], ["polling", "websocket"]] as ("websocket" | "polling")[][])(
    "come once and in order between ordinary ones: %s %s",
    async (...transports) => {
      const { heard, socket } = await listen(transports.filter(Boolean));
      const expected: string[] = [];
      for (let n = 1; n <= 300; n += 1) {
        if (n % 3 === 0) {
          socket.emit("other", n);
          expected.push(`o${n}`);
        } else {
          const room = n % 2 === 0 ? "a" : "b";
          expect(writer.write([batch(room, n)]).deliveries).toBe(1);
          expected.push(`${room}${n}`);
        }
        // Upgrades, polls and drains happen between.
        if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await eventually("everything", () => heard.length >= expected.length, 5000);
      expect(heard).toEqual(expected);
    },
  );

  it("come once and in order all through an upgrade", async () => {
    const { client, heard } = await listen(["polling", "websocket"]);
    let last = 0;
    await eventually("the upgrade", () => {
      for (let n = 0; n < 5; n += 1) writer.write([batch("a", (last += 1))]);
      return upgraded(client) && last > 100;
    });
    for (let n = 0; n < 5; n += 1) writer.write([batch("a", (last += 1))]);
    await eventually("everything", () => heard.length >= last, 5000);
    expect(heard).toEqual(Array.from({ length: last }, (_, n) => `a${n + 1}`));
  });

  it("cost one write for each socket, of however many events and rooms", async () => {
    const all = [await listen(["websocket"]), await listen(["websocket"])];
    const count = chat.countWrites();
    expect(writer.write([batch("a", 1, 2, 3), batch("b", 4)])).toEqual({ deliveries: 8, lone: 2 });
    expect(count.writes).toBe(2);
    for (const { heard } of all) {
      await eventually("everything", () => heard.length >= 4, 5000);
      expect(heard).toEqual(["a1", "a2", "a3", "b4"]);
    }
    // A moment after the others it could have waited for them.
    expect(writer.write([batch("a", 5)])).toEqual({ deliveries: 2, lone: 0 });
    expect(count.writes).toBe(4);
  });

  it("reach those who are in the room by then: who came, and not who left", async () => {
    const [first, second] = [await listen(["websocket"]), await listen(["websocket"])];
    writer.write([batch("a", 1)]);
    void second.socket.leave(socketRoom("a"));
    writer.write([batch("a", 2), batch("b", 2)]);
    const third = await listen(["websocket"]);
    writer.write([batch("a", 3)]);
    void second.socket.join(socketRoom("a"));
    void third.socket.leave(socketRoom("b"));
    await eventually("all of the first", () => first.heard.length === 4, 5000);
    first.client.disconnect();
    await eventually("the first to be gone", () => chat.io.of("/").sockets.size === 2);
    expect(writer.write([batch("a", 4), batch("b", 4)]).deliveries).toBe(3);
    await eventually("all of the second", () => second.heard.length === 4, 5000);
    await eventually("all of the third", () => third.heard.length === 2, 5000);
    expect(first.heard).toEqual(["a1", "a2", "b2", "a3"]);
    expect(second.heard).toEqual(["a1", "b2", "a4", "b4"]);
    expect(third.heard).toEqual(["a3", "a4"]);
  });

  it("are the same bytes for all who are in the same rooms, and each gets its own", async () => {
    const all = [await listen(["websocket"]), await listen(["websocket"]), await listen(["websocket"])];
    void all[2]?.socket.join(socketRoom("c"));
    const joined = vi.spyOn(Buffer, "concat");
    writer.write([batch("a", 1), batch("c", 1), batch("b", 1)]);
    expect(joined).toHaveBeenCalledTimes(2);
    const heard = [
      ["a1", "b1"],
      ["a1", "b1"],
      ["a1", "c1", "b1"],
    ];
    for (const [n, one] of all.entries()) {
      await eventually("everything", () => one.heard.length >= (heard[n]?.length ?? 0), 5000);
      expect(one.heard).toEqual(heard[n]);
    }
  });

  it("are not copied for each reader when they are large", async () => {
    const { heard } = await listen(["websocket"]);
    const joined = vi.spyOn(Buffer, "concat");
    const count = chat.countWrites();
    const large = { ...batch("a", 1), events: [{ offset: 1, text: "x".repeat(70_000) } as RoomEvent] };
    writer.write([large, batch("b", 1)]);
    expect([joined.mock.calls.length, count.writes]).toEqual([0, 1]);
    await eventually("both", () => heard.length === 2, 5000);
    expect(heard).toEqual(["a1", "b1"]);
  });

  it("do not wait for a socket that does not read", async () => {
    const { heard } = await listen(["websocket"]);
    const deaf = await chat.connectDeaf();
    closing.push(() => void deaf.destroy());
    const text = "x".repeat(4000);
    const big = { room: "a", epoch: "1", events: [{ offset: 1, kind: "message", text } as RoomEvent] };
    for (let n = 0; n < 3000; n += 1) writer.write([big]);
    const { clients: connections } = chat.io.engine as unknown as {
      clients: Record<string, { transport: { socket: { bufferedAmount: number } } }>;
    };
    const waiting = Object.values(connections).map(({ transport }) => transport.socket.bufferedAmount);
    await eventually("all at the one that reads", () => heard.length === 3000, 10_000);
    // Still counted where a client that does not read is noticed.
    expect(Math.max(...waiting)).toBeGreaterThan(1_000_000);
  });
});
