import { afterAll, beforeAll, expect, it } from "vitest";
import { createMetrics } from "../metrics/metrics.js";
import { startChatIo, type ChatIo } from "../test/chat-io.js";
import { eventually, silent } from "../test/services.js";
import { cutSlowClients } from "./slow-clients.js";
import type { ChatSocket } from "./types.js";

let chat: ChatIo;
let looking: { stop(): void };

beforeAll(async () => {
  chat = await startChatIo();
  looking = cutSlowClients(chat.io, createMetrics(), silent);
});
afterAll(async () => {
  looking.stop();
  await chat.close();
});

const user = { id: "x".repeat(300_000), name: "x", role: "member" as const };

/** A client that does not read, with less waiting for it than would be cut at once. */
async function connectBehind() {
  const welcomed = new Promise<ChatSocket>((resolve) => void chat.io.once("connection", resolve));
  const tcp = await chat.connectDeaf();
  const socket = await welcomed;
  const { transport } = socket.conn as unknown as { transport: { socket: { bufferedAmount: number } } };
  const waiting = () => transport.socket.bufferedAmount;
  const write = () => socket.emit("typing:changed", { room: "a", user, on: true });
  const fill = async () => {
    while (socket.connected && waiting() < 400_000) {
      write();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await fill();
  return { tcp, socket, fill };
}

it("cuts who takes nothing for five seconds, and not who is slow", async () => {
  const deaf = await connectBehind();
  const slow = await connectBehind();
  // It reads on every now and then, and there is always more for it.
  const reading = setInterval(() => {
    slow.tcp.resume();
    slow.tcp.once("data", () => slow.tcp.pause());
    void slow.fill();
  }, 20);
  await eventually("the deaf one to be cut", () => !deaf.socket.connected, 15_000);
  clearInterval(reading);
  expect(slow.socket.connected).toBe(true);
  deaf.tcp.destroy();
  slow.tcp.destroy();
});
