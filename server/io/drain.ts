import { setTimeout as pause } from "node:timers/promises";
import type { ChatServer } from "./types.js";

/** Over how long the clients are asked to come back, at most. */
const spreadMaxMs = 2000;
const batches = 20;

/**
 * Sends every client of this node away so that it returns by itself: each is told its own moment, those that do not
 * go are closed in batches. Never `disconnectSockets`: clients do not come back from that (lab-notes §9).
 */
export async function drainSockets(io: ChatServer, deadlineMs: number): Promise<void> {
  const sockets = [...io.of("/").sockets.values()];
  if (sockets.length === 0) return;
  const spreadMs = Math.min(spreadMaxMs, deadlineMs / 2, sockets.length * 20);
  for (const socket of sockets)
    socket.emit("server:draining", { reconnectInMs: Math.round(Math.random() * spreadMs) });
  await pause(spreadMs / 4);
  const size = Math.ceil(sockets.length / batches);
  for (let i = 0; i < sockets.length; i += size) {
    for (const socket of sockets.slice(i, i + size)) socket.conn.close();
    await pause(spreadMs / batches);
  }
}
