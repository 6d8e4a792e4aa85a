// What the writer of messages costs alone, without sockets and limits: so many are in flight, and each acked one starts
// the next. `npm run bench` runs it as a program of its own, beside the same loop around one transaction per message
// (e2e/bench/baselines/store-alone.ts). It prints "begin" and "end" around what is measured, for who reads the
// database's CPU time meanwhile, and then its own figures as JSON.

import { randomUUID } from "node:crypto";
import { setTimeout as pass } from "node:timers/promises";
import type { User } from "../../shared/values.js";
import { openDatabase } from "../database/pool.js";
import { createLog } from "../metrics/log.js";
import { createMetrics } from "../metrics/metrics.js";
import { createAppend } from "./group-commit.js";

const [roomCount = 1, inFlight = 64, warmUpMs = 1000, measuredMs = 3000] = process.argv.slice(2).map(Number);
const text = "x".repeat(100);

const database = openDatabase(
  { url: process.env.DATABASE_URL ?? "", pool: 10, name: "parley append bench" },
  createLog("silent", null),
);
const append = createAppend({ database, metrics: createMetrics(), committed() {}, unsure() {} });

const rooms = Array.from({ length: roomCount }, () => `bench-${randomUUID()}`);
await database.query(
  "INSERT INTO rooms (id, title, visibility) SELECT id, id, 'public' FROM unnest($1::text[]) AS a(id)",
  [rooms],
);

const acked = new Map<string, number>();
const waits: number[] = [];
let turn = 0;
const state = { isMeasured: false, isOver: false };

/** Keeps one message in flight; the rooms take turns, whoever speaks. */
async function speak(sender: User): Promise<void> {
  while (!state.isOver) {
    const room = rooms[turn % rooms.length] ?? "";
    turn += 1;
    const since = performance.now();
    await append({ kind: "message", room, sender, clientId: randomUUID(), text });
    if (state.isMeasured) waits.push(performance.now() - since);
    acked.set(room, (acked.get(room) ?? 0) + 1);
  }
}

/** Throws unless each room holds what was acked in it, numbered 1, 2, 3 … up to its head. */
async function verify(): Promise<void> {
  const { rows } = await database.query<{ id: string; head: string; stored: string }>(
    `SELECT id, head, (SELECT count(*) FROM room_events WHERE room_id = rooms.id) AS stored
     FROM rooms WHERE id = ANY($1)`,
    [rooms],
  );
  for (const [room, count] of acked) {
    const { head, stored } = rows.find(({ id }) => id === room) ?? {};
    if (Number(head) !== count || Number(stored) !== count)
      throw new Error(`${room}: ${count} acked, ${stored} stored, head ${head}`);
  }
}

const speaking = Promise.all(
  Array.from({ length: inFlight }, (_, i) =>
    speak({ id: randomUUID(), name: `Guest ${i + 1}`, role: "guest" }),
  ),
);
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
await database.close();

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
