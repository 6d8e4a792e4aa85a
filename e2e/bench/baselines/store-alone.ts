// What one transaction per message costs alone, without sockets: the loop of server/history/append.bench.ts once more,
// as neither side may import the other's, around the store of the plain server. It prints the same lines.

import { randomUUID } from "node:crypto";
import { setTimeout as pass } from "node:timers/promises";
import { createStore, openStorePool } from "./store.js";

const [roomCount = 1, inFlight = 64, warmUpMs = 1000, measuredMs = 3000] = process.argv.slice(2).map(Number);
const text = "x".repeat(100);

const pool = openStorePool(process.env.DATABASE_URL ?? "");
const store = createStore("counter", pool);

const rooms = Array.from({ length: roomCount }, () => `bench-${randomUUID()}`);
const acked = new Map<string, number>();
const waits: number[] = [];
let turn = 0;
const state = { isMeasured: false, isOver: false };

/** Keeps one message in flight; the rooms take turns, whoever speaks. */
async function speak(sender: string): Promise<void> {
  while (!state.isOver) {
    const room = rooms[turn % rooms.length] ?? "";
    turn += 1;
    const since = performance.now();
    await store({ room, text, sender });
    if (state.isMeasured) waits.push(performance.now() - since);
    acked.set(room, (acked.get(room) ?? 0) + 1);
  }
}

/** Throws unless each room holds what was acked in it, numbered 1, 2, 3 … up to its head. */
async function verify(): Promise<void> {
  const { rows } = await pool.query<{ id: string; head: string; stored: string }>(
    `SELECT id, head, (SELECT count(*) FROM plain_log WHERE room = plain_rooms.id) AS stored
     FROM plain_rooms WHERE id = ANY($1)`,
    [rooms],
  );
  for (const [room, count] of acked) {
    const { head, stored } = rows.find(({ id }) => id === room) ?? {};
    if (Number(head) !== count || Number(stored) !== count)
      throw new Error(`${room}: ${count} acked, ${stored} stored, head ${head}`);
  }
}

const speaking = Promise.all(Array.from({ length: inFlight }, () => speak(randomUUID())));
await pass(warmUpMs);
console.log("begin");
const [beganAt, before] = [performance.now(), process.cpuUsage()];
state.isMeasured = true;
await pass(measuredMs);
state.isMeasured = false;
const [endedAt, used] = [performance.now(), process.cpuUsage(before)];
console.log("end");
state.isOver = true;
await speaking;
await verify();
await pool.end();

waits.sort((a, b) => a - b);
const waitAt = (share: number) => waits[Math.ceil(waits.length * share) - 1] ?? 0;
console.log(
  JSON.stringify({
    acked: waits.length,
    seconds: (endedAt - beganAt) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
    ackP50: waitAt(0.5),
    ackP99: waitAt(0.99),
  }),
);
