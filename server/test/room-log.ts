import { randomUUID } from "node:crypto";
import type { RoomEvent, RoomEvents } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";
import type { Database } from "../database/pool.js";
import type { Appended } from "../history/append.js";
import { createAppend, type Append } from "../history/group-commit.js";
import { readHeads } from "../history/heads.js";
import { createHistoryReader, readStretches, type HistoryReader, type PageQuery } from "../history/read.js";
import { createRecentEvents } from "../history/recent.js";
import { createMetrics } from "../metrics/metrics.js";
import { silent } from "./services.js";

export const user = (name: string, role: User["role"] = "member"): User => ({ id: `id-${name}`, name, role });

/** A node's part of the log: its writer, and what it would have sent. */
export interface TestWriter {
  append: Append;
  committed: RoomEvents[];
}

/** A writer of its own, as each node has one. */
export function createTestWriter(database: Database): TestWriter {
  const committed: RoomEvents[] = [];
  const append = createAppend({
    database,
    metrics: createMetrics(),
    committed: (batch) => void committed.push(batch),
    unsure() {},
  });
  return { append, committed };
}

/** Appends a message of Ann's. */
export const say = (append: Append, room: string, text: string, clientId: string = randomUUID()) =>
  append({ kind: "message", room, sender: user("Ann"), clientId, text });

/** Makes a room of its own for a test. */
export async function makeRoom(database: Database, visibility = "public"): Promise<string> {
  const id = `r-${randomUUID()}`;
  await database.query("INSERT INTO rooms (id, title, visibility) VALUES ($1, $1, $2)", [id, visibility]);
  return id;
}

/** The readable log of a room, read page by page past every cache. */
export async function readLog(database: Database, room: string): Promise<RoomEvent[]> {
  const head = (await readHeads(database, [room])).get(room);
  if (!head) throw new Error(`no room ${room}`);
  const events: RoomEvent[] = [];
  for (let after = head.floor - 1; after < head.head; after = events.at(-1)?.offset ?? head.head) {
    const [batch] = await readStretches(database, [{ room, after, upTo: head.head }]);
    if (!batch) break;
    events.push(...batch.events);
  }
  return events;
}

/** What is wrong with a room's numbers; null when they are 1, 2, 3 … up to its head. */
export async function gapsIn(database: Database, room: string): Promise<string | null> {
  const { rows } = await database.query<{ event_offset: string }>(
    "SELECT event_offset FROM room_events WHERE room_id = $1 ORDER BY event_offset",
    [room],
  );
  const head = (await readHeads(database, [room])).get(room)?.head;
  const found = rows.map((row) => Number(row.event_offset));
  const fits = found.every((offset, i) => offset === i + 1) && head === found.length;
  return fits ? null : `${found.join()} with head ${head}`;
}

/** A reader that looks the head up itself, as the permission check does for the routes. */
export function createTestReader(primary: Database, replica: Database | null = null) {
  const recent = createRecentEvents();
  const history = createHistoryReader({ primary, replica, recent, log: silent });
  const headOf = async (room: string) => {
    const head = (await readHeads(primary, [room])).get(room);
    if (!head) throw new Error(`no room ${room}`);
    return head;
  };
  return {
    recent,
    page: async (room: string, query: PageQuery): ReturnType<HistoryReader["page"]> =>
      history.page(room, await headOf(room), query),
    catchUp: async (room: string, after?: number): ReturnType<HistoryReader["catchUp"]> =>
      history.catchUp(room, await headOf(room), after),
  };
}

/** The receipt without whether it was new: what a retry must get again. */
export const receiptOf = ({ id, offset, at }: Appended) => ({ id, offset, at });
