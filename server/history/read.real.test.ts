import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.js";
import type { Database } from "../database/pool.js";
import { createTestReader, createTestWriter, makeRoom, readLog, say } from "../test/room-log.js";
import { createTestDatabase, silent, type TestDatabase } from "../test/services.js";
import { createHistoryReader, readStretches } from "./read.js";
import { createRecentEvents } from "./recent.js";

let test: TestDatabase;
let database: Database;
let room: string;
beforeAll(async () => {
  test = await createTestDatabase("test_read");
  database = test.open();
  room = await filledRoom(1100);
});
afterAll(() => test.close());

const offsets = (page: { events: { offset: number }[] }) => page.events.map(({ offset }) => offset);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function filledRoom(count: number): Promise<string> {
  const id = await makeRoom(database);
  await database.query(
    `INSERT INTO room_events (room_id, event_offset, id, kind, at, sender_id, sender_name, sender_role, client_id, text)
     SELECT $1, n, gen_random_uuid(), 'message', now(), 'x', 'X', 'member', gen_random_uuid(), 't' || n
     FROM generate_series(1, $2::int) n`,
    [id, count],
  );
  await database.query("UPDATE rooms SET head = $2 WHERE id = $1", [id, count]);
  return id;
}

describe("reading", () => {
  it("gives the last page, and pages after and before an offset, ascending", async () => {
    const { page } = createTestReader(database);
    expect(offsets(await page(room, {}))).toEqual(range(1051, 1100));
    expect(offsets(await page(room, { limit: 3 }))).toEqual([1098, 1099, 1100]);
    expect(offsets(await page(room, { after: 10, limit: 2 }))).toEqual([11, 12]);
    expect(offsets(await page(room, { before: 10, limit: 2 }))).toEqual([8, 9]);
    expect(offsets(await page(room, { before: 1 }))).toEqual([]);
    expect(offsets(await page(room, { before: 2000, limit: 2 }))).toEqual([1099, 1100]);
    const end = { events: [], head: 1100, floor: 1, truncated: false };
    expect(await page(room, { after: 1100 })).toMatchObject(end);
    expect(await page(room, { after: 2000 })).toMatchObject(end);
  });

  it("gives all that follows up to 1000 behind, and the end of the log beyond", async () => {
    const { catchUp } = createTestReader(database);
    const near = await catchUp(room, 1100 - limits.catchUpMax);
    expect(near.truncated).toBe(false);
    expect(offsets(near)).toEqual(range(101, 1100));
    const far = await catchUp(room, 1100 - limits.catchUpMax - 1);
    expect(far.truncated).toBe(true);
    expect(offsets(far)).toEqual(range(1051, 1100));
    expect(await catchUp(room)).toMatchObject({ truncated: false, head: 1100 });
  });

  it("gives the end of the log to a reader who is ahead of it", async () => {
    expect(await createTestReader(database).catchUp(room, 1200)).toMatchObject({
      truncated: true,
      head: 1100,
    });
  });

  it("reads an empty room", async () => {
    const empty = await makeRoom(database);
    expect(await createTestReader(database).catchUp(empty)).toMatchObject({ events: [], head: 0, floor: 1 });
  });

  it("shows nothing below the floor, and tells a reader who was there", async () => {
    const cut = await filledRoom(6);
    await database.query("UPDATE rooms SET floor = 4 WHERE id = $1", [cut]);
    const { page, catchUp } = createTestReader(database);
    const below = await page(cut, { after: 1 });
    expect(below).toMatchObject({ truncated: true, floor: 4 });
    expect(offsets(below)).toEqual([4, 5, 6]);
    expect(offsets(await page(cut, { before: 6 }))).toEqual([4, 5]);
    expect(offsets(await page(cut, { before: 3 }))).toEqual([]);
    expect((await catchUp(cut, 2)).truncated).toBe(true);
    expect((await catchUp(cut, 3)).truncated).toBe(false);
  });

  it("gives nothing of a log that was set back after its head was read", async () => {
    const own = await filledRoom(5);
    const history = createHistoryReader({
      primary: database,
      replica: null,
      recent: createRecentEvents(),
      log: silent,
    });
    const head = { head: 5, floor: 1, epoch: "the one before" };
    await expect(history.page(own, head, {})).rejects.toMatchObject({ code: "unavailable" });
  });

  it("gives what a node missed of many rooms at once, from the floor on, a page of each", async () => {
    const [cut, long, done] = [await filledRoom(6), await filledRoom(500), await filledRoom(3)];
    await database.query("UPDATE rooms SET floor = 4 WHERE id = $1", [cut]);
    const batches = await readStretches(database, [
      { room: cut, after: 1, upTo: 5 },
      { room: long, after: 100, upTo: 500 },
      { room: done, after: 3, upTo: 3 },
      { room: "nowhere", after: 0, upTo: 9 },
    ]);
    const of = (id: string) => batches.find((batch) => batch.room === id)?.events.map(({ offset }) => offset);
    expect(of(cut)).toEqual([4, 5]);
    expect(of(long)).toEqual(range(101, 300));
    expect(batches).toHaveLength(2);
  });
});

describe("recent events", () => {
  it("are read from memory when all of a stretch is there, else from the database, with the same answer", async () => {
    const { append, committed } = createTestWriter(database);
    const own = await makeRoom(database);
    for (let i = 0; i < 5; i += 1) await say(append, own, `${i}`);
    const log = await readLog(database, own);
    const { recent, catchUp } = createTestReader(database);
    committed.slice(2).forEach(recent.keep);
    // Whatever the database says now, memory is asked first.
    await database.query("UPDATE room_events SET text = 'from the database' WHERE room_id = $1", [own]);
    expect((await catchUp(own, 2)).events).toEqual(log.slice(2));
    expect((await catchUp(own, 1)).events).toMatchObject(
      log.slice(1).map(() => ({ text: "from the database" })),
    );
  });
});
