import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/pool.js";
import { createTestDatabase, eventually, type TestDatabase } from "../test/services.js";
import {
  createTestReader,
  createTestWriter,
  gapsIn,
  makeRoom,
  readLog,
  receiptOf,
  say,
  user,
  type TestWriter,
} from "../test/room-log.js";
import type { Appended } from "./append.js";
import { readHeads } from "./heads.js";

let test: TestDatabase;
let database: Database;
let here: TestWriter;
let there: TestWriter;
beforeAll(async () => {
  test = await createTestDatabase("test_append");
  database = test.open();
  here = createTestWriter(database);
  there = createTestWriter(test.open());
});
afterAll(() => test.close());

const ann = user("Ann");
const bob = user("Bob");
const admin = user("Eve", "admin");
const newRoom = (visibility?: string) => makeRoom(database, visibility);
const writer = (n: number) => (n % 2 === 0 ? here : there).append;

describe("appending", () => {
  it("numbers what 16 writers of two nodes write at once into one room without gap or repeat", async () => {
    const room = await newRoom();
    const write = async (n: number) => {
      const offsets: number[] = [];
      for (let i = 0; i < 10; i += 1) offsets.push((await say(writer(n), room, `${n} ${i}`)).offset);
      return offsets;
    };
    const all = await Promise.all(Array.from({ length: 16 }, (_, n) => write(n)));
    for (const own of all) expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(all.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 160 }, (_, i) => i + 1));
    expect(await gapsIn(database, room)).toBeNull();
  });

  it("writes to many rooms from two nodes at once without deadlock, each numbered by itself", async () => {
    const rooms = await Promise.all(Array.from({ length: 10 }, () => newRoom()));
    const work = Array.from({ length: 600 }, (_, i) => say(writer(i), rooms[(i * 7) % 10] ?? "", "x"));
    await Promise.all(work);
    for (const room of rooms) {
      expect(await gapsIn(database, room)).toBeNull();
      expect(await readLog(database, room)).toHaveLength(60);
    }
  });

  it("sends what is new in offset order, in one batch a room, under the room's epoch, and tells each its own number", async () => {
    const rooms = await Promise.all([1, 2, 3].map(() => newRoom()));
    const [first = "", second = ""] = rooms;
    // Another head than the others', so that one taken for another's shows.
    await Promise.all([1, 2, 3].map((n) => say(here.append, second, `before ${n}`)));
    const told = await Promise.all(
      Array.from({ length: 50 }, (_, i) => say(here.append, rooms[(i % 7) % 3] ?? "", `${i}`)),
    );
    const sent = (room: string) => here.committed.filter((batch) => batch.room === room);
    const logged: Appended[] = [];
    for (const room of rooms) {
      const log = await readLog(database, room);
      logged.push(...log.map((event) => ({ ...event, appended: true })));
      expect(sent(room).flatMap(({ events }) => events)).toEqual(log);
      const { epoch } = (await readHeads(database, [room])).get(room) ?? {};
      expect(new Set(sent(room).map((batch) => batch.epoch))).toEqual(new Set([epoch]));
    }
    expect(logged.map(receiptOf)).toEqual(expect.arrayContaining(told.map(receiptOf)));
    expect(sent(first).map(({ events }) => events.length)).toEqual([22]);
  });

  it("stores a message once, however often and through whichever node it is sent", async () => {
    const room = await newRoom();
    const clientId = randomUUID();
    const done = await Promise.all(
      Array.from({ length: 8 }, (_, i) => say(writer(i), room, "once", clientId)),
    );
    expect(done.filter(({ appended }) => appended)).toHaveLength(1);
    for (const each of done) expect(receiptOf(each)).toEqual(receiptOf(done[0] ?? each));
    expect((await say(here.append, room, "once", clientId)).appended).toBe(false);
    expect(await gapsIn(database, room)).toBeNull();
  });

  it("refuses another body under the same clientId, and uses no number for it", async () => {
    const room = await newRoom();
    const clientId = randomUUID();
    const { id } = await say(here.append, room, "one", clientId);
    const other = { room, clientId, sender: ann };
    for (const action of [
      { ...other, kind: "message" as const, text: "two" },
      { ...other, kind: "message" as const, text: "one", replyTo: randomUUID() },
      { ...other, kind: "reaction" as const, target: id, emoji: "👍", on: true },
      { ...other, kind: "delete" as const, target: id },
    ])
      await expect(here.append(action)).rejects.toMatchObject({ code: "conflict" });
    expect((await say(here.append, room, "next")).offset).toBe(2);
  });

  it("refuses one of a batch without harm to the others", async () => {
    const room = await newRoom();
    const [clientId, lone] = [randomUUID(), randomUUID()];
    await say(here.append, room, "first", clientId);
    const done = await Promise.allSettled([
      say(here.append, room, "alone", lone),
      say(here.append, room, "a"),
      say(here.append, room, "another body", clientId),
      say(here.append, "nowhere", "b"),
      say(here.append, room, "c"),
    ]);
    expect(done.map(({ status }) => status).join()).toBe("fulfilled,fulfilled,rejected,rejected,fulfilled");
    expect(await gapsIn(database, room)).toBeNull();
  });

  it("takes the same clientId of another sender, or in another room, for another message", async () => {
    const [room, other] = [await newRoom(), await newRoom()];
    const clientId = randomUUID();
    await say(here.append, room, "Ann's", clientId);
    const theirs = { kind: "message" as const, room, sender: bob, clientId, text: "Bob's" };
    expect(await here.append(theirs)).toMatchObject({ appended: true, offset: 2 });
    expect(await say(here.append, other, "Ann's", clientId)).toMatchObject({ appended: true, offset: 1 });
  });

  it.each(["👩‍👩‍👧 😀", "שלום \u202eעالم", " e\u0301 ", "a\r\nb\tc", "<script>&amp;'\"\\", "x".repeat(4000)])(
    "stores text unchanged: %j",
    async (text) => {
      const room = await newRoom();
      await say(here.append, room, text);
      const { events } = await createTestReader(database).page(room, {});
      expect(events).toEqual(here.committed.at(-1)?.events);
      expect(events[0]).toMatchObject({ text, sender: ann });
    },
  );

  it("leaves no gap when backends are killed under load, and every retry is stored once", async () => {
    const room = await newRoom();
    const acked: number[] = [];
    const killer = test.open(1);
    let writing = true;
    const kill = (async () => {
      let killed = 0;
      await eventually("three backends killed or the writers done", async () => {
        const { rowCount } = await killer.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
             AND pid <> pg_backend_pid() AND query LIKE '%append_events%' AND state = 'active' LIMIT 1`,
        );
        killed += rowCount ?? 0;
        return !writing || killed >= 3;
      });
    })();
    const send = async (n: number) => {
      const clientId = randomUUID();
      await eventually("an ack", async () => {
        const done = await say(writer(n), room, "x", clientId).catch(() => null);
        if (done) acked.push(done.offset);
        return done !== null;
      });
    };
    const write = async (n: number) => {
      for (let i = 0; i < 20; i += 1) await send(n);
    };
    await Promise.all([write(0), write(1), write(2), write(3)]);
    writing = false;
    await kill;
    expect(acked.sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
    expect(await gapsIn(database, room)).toBeNull();
  });
});

describe("what is done to a message", () => {
  const edit = (room: string, target: string, text: string, sender = ann) =>
    here.append({ kind: "edit", room, sender, clientId: randomUUID(), target, text });
  const remove = (room: string, target: string, sender = ann) =>
    here.append({ kind: "delete", room, sender, clientId: randomUUID(), target });
  const react = (room: string, target: string, on = true, sender = bob) =>
    here.append({ kind: "reaction", room, sender, clientId: randomUUID(), target, emoji: "👍", on });

  it("is an event with an offset of its own, sent as it is read", async () => {
    const room = await newRoom();
    const { id } = await say(here.append, room, "one");
    expect(await edit(room, id, "two")).toMatchObject({ offset: 2 });
    expect(await react(room, id)).toMatchObject({ offset: 3 });
    expect(await react(room, id, false)).toMatchObject({ offset: 4 });
    const log = await readLog(database, room);
    expect(log).toMatchObject([
      { kind: "message", text: "one" },
      { kind: "edit", target: id, text: "two", sender: ann },
      { kind: "reaction", target: id, emoji: "👍", on: true, sender: bob },
      { kind: "reaction", target: id, on: false },
    ]);
    expect(here.committed.filter((batch) => batch.room === room).flatMap(({ events }) => events)).toEqual(
      log,
    );
  });

  it("takes the words of a deleted message and of its edits from the log, and keeps their offsets", async () => {
    const room = await newRoom();
    const { id } = await say(here.append, room, "secret one");
    await edit(room, id, "secret two");
    await say(here.append, room, "stays");
    expect(await remove(room, id)).toMatchObject({ offset: 4 });
    expect(await readLog(database, room)).toMatchObject([
      { kind: "message", text: "" },
      { kind: "edit", text: "" },
      { kind: "message", text: "stays" },
      { kind: "delete", target: id },
    ]);
    const { rows } = await database.query<{ words: string }>(
      "SELECT string_agg(e::text, ' ') AS words FROM room_events e WHERE room_id = $1",
      [room],
    );
    expect(rows[0]?.words).not.toContain("secret");
  });

  it("answers the retry of a message that was deleted meanwhile with its offset", async () => {
    const room = await newRoom();
    const clientId = randomUUID();
    const first = await say(here.append, room, "gone soon", clientId);
    await remove(room, first.id);
    expect(receiptOf(await say(here.append, room, "gone soon", clientId))).toEqual(receiptOf(first));
  });

  it("is for the author; deleting also for moderators of the room and admins", async () => {
    const room = await newRoom();
    const { id } = await say(here.append, room, "Ann's");
    await expect(edit(room, id, "x", bob)).rejects.toMatchObject({ code: "forbidden" });
    await expect(edit(room, id, "x", admin)).rejects.toMatchObject({ code: "forbidden" });
    await expect(remove(room, id, bob)).rejects.toMatchObject({ code: "forbidden" });
    await database.query("INSERT INTO room_members VALUES ($1, $2, 'moderator')", [room, bob.id]);
    await expect(edit(room, id, "x", bob)).rejects.toMatchObject({ code: "forbidden" });
    expect(await remove(room, id, bob)).toMatchObject({ offset: 2 });
    const { id: other } = await say(here.append, room, "Ann's other");
    expect(await remove(room, other, admin)).toMatchObject({ offset: 4 });
  });

  it("finds no message that is unknown, in another room, deleted, below the floor, or no message", async () => {
    const [room, other] = [await newRoom(), await newRoom()];
    const { id: elsewhere } = await say(here.append, other, "x");
    const { id: deleted } = await say(here.append, room, "x");
    const { id: deletion } = await remove(room, deleted);
    const { id: trimmed } = await say(here.append, room, "x");
    const { id: kept } = await say(here.append, room, "x");
    await database.query("UPDATE rooms SET floor = 4 WHERE id = $1", [room]);
    for (const target of [randomUUID(), elsewhere, deleted, deletion, trimmed])
      for (const what of [edit(room, target, "y"), remove(room, target), react(room, target)])
        await expect(what).rejects.toMatchObject({ code: "not_found" });
    expect(await react(room, kept)).toMatchObject({ offset: 5 });
  });

  it("by two at once is decided one after the other, also within one batch", async () => {
    const room = await newRoom();
    const { id } = await say(here.append, room, "x");
    const done = await Promise.allSettled([
      say(here.append, room, "in between"),
      remove(room, id),
      edit(room, id, "words that must not stay"),
      there.append({ kind: "delete", room, sender: ann, clientId: randomUUID(), target: id }),
    ]);
    expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const words = (await readLog(database, room)).map((event) => ("text" in event ? event.text : ""));
    expect(words.join("")).toBe("in between");
  });
});

describe("a full queue", () => {
  it("refuses at once, and the rest is stored", async () => {
    const room = await newRoom();
    const own = createTestWriter(test.open(1));
    const work = Array.from({ length: 2100 }, () => say(own.append, room, "x").then(() => "ok", String));
    const done = await Promise.all(work);
    const refused = done.filter((answer) => answer !== "ok");
    expect(refused).toHaveLength(100);
    expect(refused[0]).toContain("too many messages are waiting");
    expect(await gapsIn(database, room)).toBeNull();
  });
});

describe("a database that does not answer", () => {
  it("makes all that wait unavailable in seconds; nothing of it is sent, and a retry is stored once", async () => {
    const room = await newRoom();
    const own = createTestWriter(test.open(2));
    const locker = test.open(1);
    const clientId = randomUUID();
    await locker.transaction(async (connection) => {
      await connection.query("SELECT 1 FROM rooms WHERE id = $1 FOR UPDATE", [room]);
      const done = await Promise.allSettled([
        say(own.append, room, "x", clientId),
        say(own.append, room, "y"),
        say(own.append, await newRoom(), "z"),
      ]);
      for (const one of done)
        expect(one).toMatchObject({
          status: "rejected",
          reason: { code: "unavailable", retryAfterMs: 1000 },
        });
    });
    expect(own.committed).toEqual([]);
    expect((await say(own.append, room, "x", clientId)).offset).toBe(1);
    expect(await gapsIn(database, room)).toBeNull();
  });
});
