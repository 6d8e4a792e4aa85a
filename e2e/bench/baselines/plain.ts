// A plain chat server as the documentation of Socket.IO and its Redis adapter shows one: what comes in goes out to the
// room. It knows nobody, limits nothing and stores nothing, unless STORE asks for one statement per message.

import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import { createStore, openStorePool } from "./store.js";

interface Message {
  room: string;
  text: string;
}

const store = createStore(process.env.STORE, openStorePool(process.env.DATABASE_URL ?? ""));
const publisher = createClient({ url: process.env.REDIS_URL ?? "" });
const subscriber = publisher.duplicate();
for (const client of [publisher, subscriber])
  client.on("error", (error: Error) => console.error(error.message));
// The adapter leaves a publish that failed unhandled; the sockets here have the message all the same.
process.on("unhandledRejection", (error) => console.error(String(error)));
await Promise.all([publisher.connect(), subscriber.connect()]);

const http = createServer();
const io = new Server(http, { adapter: createAdapter(publisher, subscriber) });
const offsets = new Map<string, number>();

io.on("connection", (socket) => {
  socket.on("join", async ({ room }: { room: string }, ack: (answer: object) => void) => {
    await socket.join(room);
    ack({ ok: true, data: { head: offsets.get(room) ?? 0 } });
  });
  socket.on("message", async ({ room, text }: Message, ack: (answer: object) => void) => {
    await store({ room, text, sender: socket.id });
    const offset = (offsets.get(room) ?? 0) + 1;
    offsets.set(room, offset);
    io.to(room).emit("message", { room, offset, sender: socket.id, text });
    ack({ ok: true, data: { offset } });
  });
});

http.listen(Number(process.env.PORT), "127.0.0.1");
