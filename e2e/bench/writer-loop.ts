// A program: what a writer of messages costs alone. So many are in flight, and each acked one starts the next. It
// prints "begin" and "end" around what is measured, for who reads the database's CPU time meanwhile, and then its own
// figures as JSON.

import { randomUUID } from "node:crypto";
import { setTimeout as pass } from "node:timers/promises";

/** A writer as it is measured; server/history/append.bench.ts has the same form. */
export interface Writer {
  /** Stores a message; it is committed when this resolves. */
  store(room: string, speaker: string, text: string): Promise<unknown>;
  /** The head of each room, and how many messages it holds. */
  count(): Promise<{ room: string; head: string; stored: string }[]>;
  close(): Promise<void>;
}

const [file = "", ...numbers] = process.argv.slice(2);
const [roomCount = 1, inFlight = 64, warmUpMs = 1000, measuredMs = 3000] = numbers.map(Number);
const text = "x".repeat(100);

const { openWriter } = (await import(file)) as {
  openWriter(url: string, rooms: string[]): Promise<Writer>;
};
const rooms = Array.from({ length: roomCount }, () => `bench-${randomUUID()}`);
const writer = await openWriter(process.env.DATABASE_URL ?? "", rooms);

const acked = new Map<string, number>();
const waits: number[] = [];
let turn = 0;
const state = { isMeasured: false, isOver: false };

/** Keeps one message in flight; the rooms take turns, whoever speaks. */
async function speak(speaker: string): Promise<void> {
  while (!state.isOver) {
    const room = rooms[turn % rooms.length] ?? "";
    turn += 1;
    const since = performance.now();
    await writer.store(room, speaker, text);
    if (state.isMeasured) waits.push(performance.now() - since);
    acked.set(room, (acked.get(room) ?? 0) + 1);
  }
}

/** Throws unless each room holds what was acked in it, numbered 1, 2, 3 … up to its head. */
async function verify(): Promise<void> {
  const counts = await writer.count();
  for (const [name, count] of acked) {
    const { head, stored } = counts.find(({ room }) => room === name) ?? {};
    if (Number(head) !== count || Number(stored) !== count)
      throw new Error(`${name}: ${count} acked, ${stored} stored, head ${head}`);
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
await writer.close();

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
