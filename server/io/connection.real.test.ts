import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startChatIo, type ChatIo } from "../test/chat-io.js";
import { eventually } from "../test/services.js";
import type { ChatSocket } from "./types.js";

let chat: ChatIo;
const closing: (() => void)[] = [];

beforeEach(async () => {
  chat = await startChatIo();
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await chat.close();
});

/** A stock client, what it heard, and its socket at the server. */
async function listen(transports: ("websocket" | "polling")[]) {
  const welcomed = new Promise<ChatSocket>((resolve) => void chat.io.once("connection", resolve));
  const client = chat.connect(transports);
  closing.push(() => void client.disconnect());
  const heard: number[] = [];
  client.on(
    "server:draining",
    ({ reconnectInMs }: { reconnectInMs: number }) => void heard.push(reconnectInMs),
  );
  const socket = await welcomed;
  await eventually("the client to know", () => client.connected);
  return { client, heard, socket };
}

describe("what Socket.IO writes", () => {
  it("to a WebSocket in one turn is one write, in order, acks and broadcasts too", async () => {
    const { client, heard, socket } = await listen(["websocket"]);
    await eventually("the turn of the welcome to be over", () => socket.conn.transport.writable);
    socket.onAny((_event, answer: (n: number) => void) => {
      for (let n = 1; n <= 5; n += 1) socket.emit("server:draining", { reconnectInMs: n });
      answer(1);
      chat.io.emit("server:draining", { reconnectInMs: 6 });
    });
    const count = chat.countWrites();
    expect(await client.emitWithAck("ask")).toBe(1);
    await eventually("all", () => heard.length === 6);
    expect(heard).toEqual([1, 2, 3, 4, 5, 6]);
    expect(count.writes).toBe(1);
  });

  it.each([[["polling"]], [["polling", "websocket"]]] as ("websocket" | "polling")[][][])(
    "comes once and in order by %j",
    async (transports) => {
      const { client, heard, socket } = await listen(transports);
      let last = 0;
      await eventually("many, through the upgrade if there is one", () => {
        for (let n = 0; n < 5; n += 1) socket.emit("server:draining", { reconnectInMs: (last += 1) });
        return last > 200 && client.io.engine.transport.name === transports.at(-1);
      });
      await eventually("all", () => heard.length === last);
      expect(heard).toEqual(Array.from({ length: last }, (_, n) => n + 1));
    },
  );

  it("is dropped where it is volatile and the client is behind, and nothing else is", async () => {
    const welcomed = new Promise<ChatSocket>((resolve) => void chat.io.once("connection", resolve));
    const deaf = await chat.connectDeaf();
    closing.push(() => void deaf.destroy());
    const socket = await welcomed;
    const { transport } = socket.conn as unknown as { transport: { socket: { bufferedAmount: number } } };
    const waiting = () => transport.socket.bufferedAmount;
    const user = { id: "x".repeat(1_000_000), name: "x", role: "member" as const };
    const typing = { room: "a", user, on: true };
    for (let n = 0; n < 30 && waiting() === 0; n += 1) {
      socket.emit("typing:changed", typing);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const before = waiting();
    expect(before).toBeGreaterThan(0);
    for (let n = 0; n < 5; n += 1) socket.volatile.emit("typing:changed", typing);
    expect(waiting()).toBe(before);
    socket.emit("typing:changed", typing);
    expect(waiting()).toBeGreaterThan(before + 1_000_000);
  });
});
