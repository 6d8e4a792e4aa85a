import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { RoomEvent, RoomEvents } from "../../shared/room-events.js";
import type { Database } from "../database/pool.js";
import { Failure } from "../failure.js";
import { appendEvents, type Appended, type UserAction } from "../history/append.js";
import type { Append } from "../history/group-commit.js";
import { trimRooms } from "../history/retention.js";
import { createTestReader, gapsIn, makeRoom, readLog, user } from "./room-log.js";

// A generated run of a room's writers on real Postgres, and the check of what must hold afterwards: the invariants of
// trust.md §4 that are the append's (P1, P2, P7, P8, P9), and that deleted words are gone.

const people = ["Ann", "Bob", "Cid"].map((name) => user(name));

/** One thing that somebody does through one of two nodes; `key` makes repeats of the same action. */
export type Step =
  | { do: "say"; node: number; who: number; key: number; body: number }
  | {
      do: "change";
      node: number;
      who: number;
      own: boolean;
      of: number;
      kind: "edit" | "delete" | "reaction";
    }
  | { do: "ban"; who: number }
  | { do: "kill" }
  | { do: "trim"; keep: number };

const node = fc.nat(1);
const who = fc.nat(people.length - 1);
const say = fc.record({
  do: fc.constant("say" as const),
  node,
  who,
  key: fc.nat(5),
  body: fc.constantFrom(0, 0, 0, 1),
});
const change = fc.record({
  do: fc.constant("change" as const),
  node,
  who,
  // Mostly what the author may do, to few messages, so that much is done to each.
  own: fc.constantFrom(true, true, true, false),
  of: fc.nat(2),
  kind: fc.constantFrom("edit" as const, "edit" as const, "delete" as const, "reaction" as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: say },
  { weight: 6, arbitrary: change },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("ban" as const), who }) },
  { weight: 1, arbitrary: fc.constant({ do: "kill" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("trim" as const), keep: fc.integer({ min: 1, max: 8 }) }),
  },
);

/** Groups of steps; those of a group are done at once. */
export const steps = fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 8 });

/** Two nodes' writers, and all that they would have sent. */
export interface Writers {
  append: [Append, Append];
  committed: [RoomEvents[], RoomEvents[]];
}

interface Acked extends Appended {
  action: UserAction;
}

const tries = 20;

/** A killed backend may be found dead by the next one who is given its connection. */
async function untilAnswered<T>(work: () => Promise<T>): Promise<T> {
  for (let i = 1; ; i += 1) {
    try {
      return await work();
    } catch (error) {
      if (i === tries || !(error instanceof Failure && error.code === "unavailable")) throw error;
    }
  }
}

/** Does the steps in a new room; returns what is wrong afterwards. */
export async function run(
  database: Database,
  createWriters: () => Writers,
  groups: Step[][],
): Promise<string[]> {
  const room = await untilAnswered(() => makeRoom(database));
  const writers = createWriters();
  const acked: Acked[] = [];
  const wrong: string[] = [];
  const clientIds = new Map<string, string>();
  const suffix = randomUUID().slice(0, 8);
  const person = (n: number) => ({ ...(people[n] ?? user("Ann")), id: `${people[n]?.id}-${suffix}` });

  function toAction(one: Extract<Step, { do: "say" | "change" }>): UserAction | null {
    const sender = person(one.who);
    if (one.do === "say") {
      const clientId = clientIds.get(`${one.key}`) ?? randomUUID();
      clientIds.set(`${one.key}`, clientId);
      return { kind: "message", room, sender, clientId, text: `words ${one.key} ${one.body}` };
    }
    const messages = acked.filter(({ action }) => action.kind === "message");
    const message = messages[one.of % Math.max(1, messages.length)];
    if (message === undefined) return null;
    const by = one.own ? message.action.sender : sender;
    const common = { room, sender: by, clientId: randomUUID(), target: message.id };
    if (one.kind === "edit") return { ...common, kind: "edit", text: "words changed" };
    return one.kind === "delete"
      ? { ...common, kind: "delete" }
      : { ...common, kind: "reaction", emoji: "👍", on: true };
  }

  async function act(n: number, action: UserAction): Promise<void> {
    for (let i = 0; i < tries; i += 1) {
      try {
        acked.push({ action, ...(await writers.append[n === 0 ? 0 : 1](action)) });
        return;
      } catch (error) {
        if (error instanceof Failure && error.code === "unavailable") continue;
        if (!(error instanceof Failure)) wrong.push(`neither acked nor refused: ${String(error)}`);
        return;
      }
    }
    wrong.push("never acked");
  }

  async function take(one: Step): Promise<void> {
    if (one.do === "say" || one.do === "change") {
      const action = toAction(one);
      if (action) await act(one.node, action);
    } else if (one.do === "ban") await ban(database, room, person(one.who));
    else if (one.do === "trim") await trimOne(database, room, one.keep);
    else
      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
           AND pid <> pg_backend_pid() AND query LIKE '%append_%' AND state = 'active'`,
      );
  }

  for (const group of groups) await Promise.all(group.map((one) => take(one).catch(() => {})));
  return [...wrong, ...(await untilAnswered(() => check(database, room, writers, acked)))];
}

async function ban(database: Database, room: string, banned: { id: string; name: string }): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.query("SELECT 1 FROM rooms WHERE id = $1 FOR NO KEY UPDATE", [room]);
    await connection.query("INSERT INTO bans VALUES ($1, $2, NULL, 'x') ON CONFLICT DO NOTHING", [
      banned.id,
      banned.name,
    ]);
    const sender = user("Admin", "admin");
    await appendEvents(connection, [
      { kind: "member", room, sender, clientId: randomUUID(), change: "ban", user: banned },
    ]);
  });
}

/** Trims this room alone: others are of other runs. */
async function trimOne(database: Database, room: string, keep: number): Promise<void> {
  await database.query("UPDATE rooms SET floor = greatest(floor, head - $2 + 1) WHERE id = $1", [room, keep]);
  await trimRooms(database, { maxAgeMs: null, maxEvents: null });
}

async function check(database: Database, room: string, writers: Writers, acked: Acked[]): Promise<string[]> {
  const wrong: string[] = [];
  const gaps = await gapsIn(database, room);
  if (gaps !== null) wrong.push(`P2 gaps: ${gaps}`);
  const { rows } = await database.query<Row>(
    "SELECT event_offset::int AS offset, id, sender_id, client_id, kind, text, target FROM room_events WHERE room_id = $1",
    [room],
  );
  const byOffset = new Map(rows.map((row) => [row.offset, row]));
  for (const { action, offset, id } of acked) {
    const row = byOffset.get(offset);
    if (row?.id !== id || row.client_id !== action.clientId || row.sender_id !== action.sender.id)
      wrong.push(`P1 acked ${offset} is not in the log`);
  }
  const keys = rows.map((row) => `${row.sender_id} ${row.client_id}`);
  if (new Set(keys).size !== keys.length) wrong.push("P7 an action is there twice");
  wrong.push(...checkSent(writers, room, byOffset), ...checkBans(rows, await readLog(database, room)));
  for (const row of rows.filter(({ kind }) => kind === "delete")) {
    const words = rows.filter(
      ({ id, kind, target }) => id === row.target || (kind === "edit" && target === row.target),
    );
    if (words.some(({ text }) => text !== "")) wrong.push(`words of a deleted message at ${row.offset}`);
  }
  wrong.push(...(await checkFills(database, room)));
  return wrong;
}

interface Row {
  offset: number;
  id: string;
  sender_id: string;
  client_id: string;
  kind: string;
  text: string | null;
  target: string | null;
}

/** What was sent is what the log has, in its order. */
function checkSent({ committed }: Writers, room: string, byOffset: Map<number, Row>): string[] {
  const wrong: string[] = [];
  for (const batches of committed) {
    let last = 0;
    for (const event of batches.filter((batch) => batch.room === room).flatMap(({ events }) => events)) {
      if (event.offset <= last) wrong.push(`sent ${event.offset} after ${last}`);
      last = event.offset;
      const row = byOffset.get(event.offset);
      const words = "text" in event ? event.text : null;
      if (row?.id !== event.id || (row.text !== words && row.text !== ""))
        wrong.push(`sent ${event.offset}, which the log has not`);
    }
  }
  return wrong;
}

function checkBans(rows: Row[], log: RoomEvent[]): string[] {
  return log.flatMap((event) => {
    if (event.kind !== "member") return [];
    const later = rows.find((row) => row.sender_id === event.user.id && row.offset > event.offset);
    return later ? [`P9 ${later.offset} is by one banned at ${event.offset}`] : [];
  });
}

async function checkFills(database: Database, room: string): Promise<string[]> {
  const log = await readLog(database, room);
  const { page } = createTestReader(database);
  const { head, floor } = await page(room, {});
  const wrong: string[] = [];
  for (let after = floor - 1; after <= head; after += 1) {
    const { events, truncated } = await page(room, { after, limit: 200 });
    const expected = log.filter(({ offset }) => offset > after);
    if (truncated || JSON.stringify(events) !== JSON.stringify(expected))
      wrong.push(`P8 the fill after ${after} is not what follows`);
  }
  return wrong;
}
