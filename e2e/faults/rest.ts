import { limits } from "../../shared/limits.js";
import type { RoomPage } from "../../shared/room-events.js";
import { eventually } from "../support/eventually.js";
import type { People } from "./people.js";
import type { RoomLog } from "./record.js";

const quietWithinMs = 60_000;

async function readLog(people: People, room: string): Promise<RoomLog> {
  const session = people.talkers[0]?.person().session;
  if (!session) throw new Error("nobody is there to read the log");
  const log: RoomLog = { head: 0, floor: 1, events: [] };
  for (;;) {
    const after = log.events.at(-1)?.offset ?? 0;
    const path = `/api/rooms/${room}/events?after=${after}&limit=${limits.pageMax}`;
    const { status, body } = await session.request("GET", path);
    if (status !== 200) throw new Error(`reading ${room}: ${status}`);
    const page = body as unknown as RoomPage;
    Object.assign(log, { head: page.head, floor: page.floor });
    log.events.push(...page.events);
    if (page.events.length === 0 || page.head === log.events.at(-1)?.offset) return log;
  }
}

/** What still keeps the run from being at rest; empty when nothing does. */
export function unrest(people: People, heads: Record<string, RoomLog>): string[] {
  return people.talkers.flatMap((talker) => {
    const waiting = talker
      .outbox()
      .entries()
      .filter(({ error }) => error === null).length;
    const behind = talker.rooms.filter((room) => talker.person().position(room) !== heads[room]?.head);
    if (waiting === 0 && behind.length === 0) return [];
    return [`${talker.name}: ${waiting} waiting, behind in ${behind.join(", ") || "nothing"}`];
  });
}

/** Waits until nothing is under way, or the deadline; returns the logs as they are then. */
export async function comeToRest(people: People): Promise<Record<string, RoomLog>> {
  let logs: Record<string, RoomLog> = {};
  const readAll = async (): Promise<void> => {
    const read = people.rooms.map(async (room) => [room, await readLog(people, room)] as const);
    logs = Object.fromEntries(await Promise.all(read));
  };
  const isEmpty = () => people.talkers.every((talker) => talker.outbox().entries().length === 0);
  await eventually("every outbox is empty", isEmpty, quietWithinMs).catch(() => {});
  await eventually("the logs can be read", () => readAll().then(() => true));
  // Who is not there in time is found by the checker.
  await eventually("all are at rest", () => unrest(people, logs).length === 0, quietWithinMs / 2).catch(
    () => {},
  );
  await readAll();
  return logs;
}
