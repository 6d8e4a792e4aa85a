import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.js";
import type { User } from "../../shared/values.js";
import type { Database } from "../database/pool.js";
import { createMetrics } from "../metrics/metrics.js";
import { createTestDatabase, eventually, type TestDatabase } from "../test/services.js";
import { createAppend, type Append } from "./append.js";
import { createHistoryReader } from "./read.js";

let test: TestDatabase;
let database: Database;
let append: Append;
let otherAppend: Append;
beforeAll(async () => {
  test = await createTestDatabase("test_append");
  database = test.open();
  append = createAppend(database, createMetrics());
  otherAppend = createAppend(test.open(), createMetrics());
});
afterAll(() => test.close());

const user = (name: string, role: User["role"] = "member"): User => ({ id: `id-${name}`, name, role });
const ann = user("Ann");

async function makeRoom(visibility = "public"): Promise<string> {
  const id = `r-${randomUUID()}`;
  await database.query("INSERT INTO rooms (id, title, visibility) VALUES ($1, $1, $2)", [id, visibility]);
  return id;
}

/** What is wrong with a room's numbers; null when they are 1, 2, 3 … up to its head. */
async function gapsIn(room: string): Promise<string | null> {
  const { rows } = await database.query<{ event_offset: string }>(
    "SELECT event_offset FROM room_events WHERE room_id = $1 ORDER BY event_offset",
    [room],
  );
  const { rows: heads } = await database.query<{ head: string }>("SELECT head FROM rooms WHERE id = $1", [
    room,
  ]);
  const found = rows.map((row) => Number(row.event_offset));
  const fits = found.every((offset, i) => offset === i + 1) && Number(heads[0]?.head) === found.length;
  return fits ? null : `${found.join()} with head ${heads[0]?.head}`;
}

describe("appending", () => {
  it("numbers what 16 writers of two nodes write at once into one room without gap or repeat", async () => {
    const room = await makeRoom();
    const write = async (writer: number) => {
      const offsets: number[] = [];
      for (let i = 0; i < 10; i += 1) {
        const to = writer % 2 === 0 ? append : otherAppend;
        const done = await to(user(`w${writer}`), { room, clientId: randomUUID(), text: `${writer} ${i}` });
        offsets.push(done.offset);
      }
      return offsets;
    };
    const all = await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    for (const own of all) expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(all.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 160 }, (_, i) => i + 1));
    expect(await gapsIn(room)).toBeNull();
  });

  it("numbers each of several rooms by itself", async () => {
    const rooms = await Promise.all([makeRoom(), makeRoom(), makeRoom()]);
    const work = Array.from({ length: 60 }, (_, i) =>
      (i % 2 ? append : otherAppend)(ann, { room: rooms[i % 3] ?? "", clientId: randomUUID(), text: "x" }),
    );
    await Promise.all(work);
    for (const room of rooms) {
      expect(await gapsIn(room)).toBeNull();
      expect((await createHistoryReader(database).page(room, {})).head).toBe(20);
    }
  });

  it("stores a message once, however often and through whichever node it is sent", async () => {
    const room = await makeRoom();
    const message = { room, clientId: randomUUID(), text: "once" };
    const work = Array.from({ length: 8 }, (_, i) => (i % 2 ? append : otherAppend)(ann, message));
    const done = await Promise.all(work);
    expect(done.filter(({ appended }) => appended)).toHaveLength(1);
    expect(new Set(done.map(({ id, offset, at }) => `${id} ${offset} ${at}`)).size).toBe(1);
    expect((await append(ann, message)).appended).toBe(false);
    expect(await gapsIn(room)).toBeNull();
  });

  it("refuses another body under the same clientId, and uses no number for it", async () => {
    const room = await makeRoom();
    const message = { room, clientId: randomUUID(), text: "one" };
    await append(ann, message);
    await expect(append(ann, { ...message, text: "two" })).rejects.toMatchObject({ code: "conflict" });
    const reply = { ...message, replyTo: randomUUID() };
    await expect(append(ann, reply)).rejects.toMatchObject({ code: "conflict" });
    expect((await append(ann, { room, clientId: randomUUID(), text: "next" })).offset).toBe(2);
  });

  it("takes the same clientId of another sender, or in another room, for another message", async () => {
    const [room, other] = [await makeRoom(), await makeRoom()];
    const clientId = randomUUID();
    await append(ann, { room, clientId, text: "Ann's" });
    expect(await append(user("Bob"), { room, clientId, text: "Bob's" })).toMatchObject({
      appended: true,
      offset: 2,
    });
    expect(await append(ann, { room: other, clientId, text: "Ann's" })).toMatchObject({
      appended: true,
      offset: 1,
    });
  });

  it("does not tell an unknown room from a private one the sender may not enter", async () => {
    const room = await makeRoom("private");
    const send = (who: User, to: string) => append(who, { room: to, clientId: randomUUID(), text: "x" });
    await expect(send(ann, "nowhere")).rejects.toMatchObject({ code: "not_found" });
    await expect(send(ann, room)).rejects.toMatchObject({ code: "not_found" });
    await database.query("INSERT INTO room_members VALUES ($1, $2, 'member')", [room, ann.id]);
    expect((await send(ann, room)).offset).toBe(1);
    expect((await send(user("Eve", "admin"), room)).offset).toBe(2);
  });

  it.each(["👩‍👩‍👧 😀", "שלום \u202eعالم", " e\u0301 ", "a\r\nb\tc", "<script>&amp;'\"\\", "x".repeat(4000)])(
    "stores text unchanged: %j",
    async (text) => {
      const room = await makeRoom();
      const { batch } = await append(ann, { room, clientId: randomUUID(), text });
      const page = await createHistoryReader(database).page(room, {});
      expect(page.events).toEqual(batch.events);
      expect(page.events[0]).toMatchObject({ text, sender: ann });
    },
  );

  it("gives the number back when the database ends the connection in the middle", async () => {
    const room = await makeRoom();
    await append(ann, { room, clientId: randomUUID(), text: "first" });
    const broken = database.transaction(async (connection) => {
      const { rows } = await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await connection.query("SELECT * FROM append_message($1, $2, $3, 'x', 'X', 'member', 'lost', NULL)", [
        room,
        randomUUID(),
        randomUUID(),
      ]);
      await test.open(1).query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
      await connection.query("SELECT 1");
    });
    await expect(broken).rejects.toThrow();
    expect((await append(ann, { room, clientId: randomUUID(), text: "second" })).offset).toBe(2);
    expect(await gapsIn(room)).toBeNull();
  });

  it("leaves no gap when backends are killed under load, and every retry is stored once", async () => {
    const room = await makeRoom();
    const acked: number[] = [];
    const killer = test.open(1);
    let writing = true;
    const kill = (async () => {
      let killed = 0;
      await eventually("three backends killed or the writers done", async () => {
        const { rowCount } = await killer.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
             AND pid <> pg_backend_pid() AND query LIKE '%append_message%' AND state = 'active' LIMIT 1`,
        );
        killed += rowCount ?? 0;
        return !writing || killed >= 3;
      });
    })();
    const send = async (clientId: string) => {
      await eventually("an ack", async () => {
        const done = await append(ann, { room, clientId, text: "x" }).catch(() => null);
        if (done) acked.push(done.offset);
        return done !== null;
      });
    };
    await Promise.all(Array.from({ length: 80 }, () => send(randomUUID())));
    writing = false;
    await kill;
    expect(acked.sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
    expect(await gapsIn(room)).toBeNull();
  });

  it("is found out by the gap check when it burns a number for a repeat", async () => {
    const room = await makeRoom();
    const clientId = randomUUID();
    const faulty = () =>
      database.query(
        `WITH s AS (UPDATE rooms SET head = head + 1 WHERE id = $1 RETURNING head)
         INSERT INTO room_events (room_id, event_offset, id, kind, at, sender_id, sender_name, sender_role, client_id, text)
         SELECT $1, head, gen_random_uuid(), 'message', now(), 'x', 'X', 'member', $2, 'x' FROM s ON CONFLICT DO NOTHING`,
        [room, clientId],
      );
    await faulty();
    expect(await gapsIn(room)).toBeNull();
    await faulty();
    expect(await gapsIn(room)).toBe("1 with head 2");
  });
});

describe("reading", () => {
  const reader = () => createHistoryReader(database);
  const offsets = (page: { events: { offset: number }[] }) => page.events.map(({ offset }) => offset);
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  let room: string;

  beforeAll(async () => {
    room = await makeRoom();
    await database.query(
      `INSERT INTO room_events (room_id, event_offset, id, kind, at, sender_id, sender_name, sender_role, client_id, text)
       SELECT $1, n, gen_random_uuid(), 'message', now(), 'x', 'X', 'member', gen_random_uuid(), 't' || n
       FROM generate_series(1, 1100) n`,
      [room],
    );
    await database.query("UPDATE rooms SET head = 1100 WHERE id = $1", [room]);
  });

  it("gives the last page, and pages after and before an offset, ascending", async () => {
    const { page } = reader();
    expect(offsets(await page(room, {}))).toEqual(range(1051, 1100));
    expect(offsets(await page(room, { limit: 3 }))).toEqual([1098, 1099, 1100]);
    expect(offsets(await page(room, { after: 10, limit: 2 }))).toEqual([11, 12]);
    expect(offsets(await page(room, { before: 10, limit: 2 }))).toEqual([8, 9]);
    expect(offsets(await page(room, { before: 1 }))).toEqual([]);
    expect(await page(room, { after: 1100 })).toMatchObject({
      events: [],
      head: 1100,
      floor: 1,
      truncated: false,
    });
  });

  it("gives all that follows up to 1000 behind, and the end of the log beyond", async () => {
    const near = await reader().catchUp(room, 1100 - limits.catchUpMax);
    expect(near.truncated).toBe(false);
    expect(offsets(near)).toEqual(range(101, 1100));
    const far = await reader().catchUp(room, 1100 - limits.catchUpMax - 1);
    expect(far.truncated).toBe(true);
    expect(offsets(far)).toEqual(range(1051, 1100));
  });

  it("gives the end of the log to a reader who is ahead of it", async () => {
    expect(await reader().catchUp(room, 1200)).toMatchObject({ truncated: true, head: 1100 });
  });

  it("reads an empty room, and refuses an unknown one", async () => {
    const empty = await makeRoom();
    expect(await reader().catchUp(empty, undefined)).toMatchObject({ events: [], head: 0, floor: 1 });
    await expect(reader().page("nowhere", {})).rejects.toMatchObject({ code: "not_found" });
  });

  it("shows nothing below the floor, and tells a reader who was there", async () => {
    const cut = await makeRoom();
    for (let i = 0; i < 6; i += 1) await append(ann, { room: cut, clientId: randomUUID(), text: "x" });
    await database.query("UPDATE rooms SET floor = 4 WHERE id = $1", [cut]);
    expect(await reader().page(cut, { after: 1 })).toMatchObject({ truncated: true, floor: 4 });
    expect(offsets(await reader().page(cut, { before: 6 }))).toEqual([4, 5]);
    expect((await reader().catchUp(cut, 2)).truncated).toBe(true);
    expect((await reader().catchUp(cut, 3)).truncated).toBe(false);
  });
});
