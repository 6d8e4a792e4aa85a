import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/pool.js";
import {
  createTestReader,
  createTestWriter,
  makeRoom,
  readLog,
  receiptOf,
  say,
  type TestWriter,
} from "../test/room-log.js";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { readHeads } from "./heads.js";
import { trimRooms } from "./retention.js";

let test: TestDatabase;
let database: Database;
let writer: TestWriter;
beforeAll(async () => {
  test = await createTestDatabase("test_retention");
  database = test.open();
  writer = createTestWriter(database);
});
afterAll(() => test.close());

const dayMs = 24 * 3600 * 1000;
const append = (room: string, text: string, clientId?: string) => say(writer.append, room, text, clientId);
const age = (room: string, upTo: number, days: number) =>
  database.query(
    "UPDATE room_events SET at = now() - $3 * interval '1 day' WHERE room_id = $1 AND event_offset <= $2",
    [room, upTo, days],
  );
const headOf = async (room: string) => (await readHeads(database, [room])).get(room);
const rowsOf = async (room: string) =>
  (
    await database.query<{ event_offset: string; text: string }>(
      "SELECT event_offset, text FROM room_events WHERE room_id = $1 ORDER BY event_offset",
      [room],
    )
  ).rows.map(({ event_offset: offset, text }) => `${offset} ${text}`);

describe("retention", () => {
  it("keeps everything when nothing is set", async () => {
    const room = await makeRoom(database);
    await append(room, "x");
    await age(room, 1, 4000);
    expect(await trimRooms(database, { maxAgeMs: null, maxEvents: null })).toEqual({
      roomsTrimmed: 0,
      eventsEmptied: 0,
      rowsRemoved: 0,
    });
    await database.query("UPDATE rooms SET head = 0 WHERE id = $1", [room]);
    await database.query("DELETE FROM room_events WHERE room_id = $1", [room]);
  });

  it("by count moves the floor and takes the words below it; offsets go on from the head", async () => {
    const room = await makeRoom(database);
    for (let i = 1; i <= 6; i += 1) await append(room, `t${i}`);
    await trimRooms(database, { maxAgeMs: null, maxEvents: 2 });
    expect(await headOf(room)).toMatchObject({ head: 6, floor: 5 });
    expect(await rowsOf(room)).toEqual(["1 ", "2 ", "3 ", "4 ", "5 t5", "6 t6"]);
    expect((await append(room, "t7")).offset).toBe(7);
    expect((await readLog(database, room)).map(({ offset }) => offset)).toEqual([5, 6, 7]);
    expect(await createTestReader(database).catchUp(room, 2)).toMatchObject({ truncated: true, floor: 5 });
  });

  it("by age keeps what is young enough, also nothing at all", async () => {
    const [room, old, empty] = [await makeRoom(database), await makeRoom(database), await makeRoom(database)];
    for (let i = 1; i <= 4; i += 1) {
      await append(room, "x");
      await append(old, "x");
    }
    await age(room, 2, 8);
    await age(old, 4, 8);
    await trimRooms(database, { maxAgeMs: 7 * dayMs, maxEvents: null });
    expect(await headOf(room)).toMatchObject({ head: 4, floor: 3 });
    expect(await headOf(old)).toMatchObject({ head: 4, floor: 5 });
    expect(await headOf(empty)).toMatchObject({ head: 0, floor: 1 });
    expect((await append(old, "x")).offset).toBe(5);
    await trimRooms(database, { maxAgeMs: 7 * dayMs, maxEvents: null });
    expect(await headOf(old)).toMatchObject({ head: 5, floor: 5 });
  });

  it("answers a retry below the floor with its old offset for 30 days, then the row is gone", async () => {
    const room = await makeRoom(database);
    const clientId = randomUUID();
    const first = await append(room, "first", clientId);
    for (let i = 0; i < 3; i += 1) await append(room, "x");
    await trimRooms(database, { maxAgeMs: null, maxEvents: 1 });
    expect(receiptOf(await append(room, "first", clientId))).toEqual(receiptOf(first));
    await age(room, 2, 31);
    await trimRooms(database, { maxAgeMs: null, maxEvents: 1 });
    expect(await rowsOf(room)).toEqual(["3 ", "4 x"]);
    expect(await headOf(room)).toMatchObject({ head: 4, floor: 4 });
  });

  it("works through long logs in steps, and writes go on meanwhile without a gap", async () => {
    const room = await makeRoom(database);
    const send = async (count: number) => {
      for (let i = 0; i < count; i += 100)
        await Promise.all(Array.from({ length: 100 }, () => append(room, "x")));
    };
    await send(2500);
    const trimming = (async () => {
      for (let i = 0; i < 20; i += 1) await trimRooms(database, { maxAgeMs: null, maxEvents: 10 });
    })();
    await Promise.all([trimming, send(500)]);
    await trimRooms(database, { maxAgeMs: null, maxEvents: 10 });
    expect(await headOf(room)).toMatchObject({ head: 3000, floor: 2991 });
    expect((await readLog(database, room)).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 10 }, (_, i) => 2991 + i),
    );
    expect((await rowsOf(room)).filter((row) => !row.endsWith(" "))).toHaveLength(10);
  });
});
