import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { User } from "../../shared/values.js";
import type { Database } from "../database/pool.js";
import { createTestWriter, gapsIn, makeRoom, readLog, say, user, type TestWriter } from "../test/room-log.js";
import { createTestDatabase, eventually, type TestDatabase } from "../test/services.js";
import type { Appended, UserAction } from "./append.js";

let test: TestDatabase;
let database: Database;
let here: TestWriter;
beforeAll(async () => {
  test = await createTestDatabase("test_refusals");
  database = test.open();
  here = createTestWriter(database);
});
afterAll(() => test.close());

const ann = user("Ann");
const admin = user("Eve", "admin");

/** Sends alone, or with one who has nothing in his way: these are two ways into the log. */
const ways: [name: string, send: (action: UserAction) => Promise<Appended>][] = [
  ["alone", (action) => here.append(action)],
  [
    "in company",
    async (action) => {
      const company = say(here.append, await makeRoom(database), "x");
      const sent = here.append(action);
      await Promise.allSettled([sent, company]);
      expect((await company).offset).toBe(1);
      return sent;
    },
  ],
];
const action = (room: string, sender: User): UserAction => ({
  kind: "message",
  room,
  sender,
  clientId: randomUUID(),
  text: "x",
});

it.each(ways)("does not tell an unknown room from a private one, %s", async (_name, send) => {
  const room = await makeRoom(database, "private");
  await expect(send(action("nowhere", ann))).rejects.toMatchObject({ code: "not_found" });
  await expect(send(action(room, ann))).rejects.toMatchObject({ code: "not_found" });
  await database.query("INSERT INTO room_members VALUES ($1, $2, 'member')", [room, ann.id]);
  expect((await send(action(room, ann))).offset).toBe(1);
  expect((await send(action(room, admin))).offset).toBe(2);
});

it.each(ways)("checks bans and mutes under the room's lock, %s", async (name, send) => {
  const room = await makeRoom(database);
  const cid = user(`Cid ${name}`);
  const say = () => send(action(room, cid));
  await database.query("INSERT INTO mutes VALUES ($1, 'x', now() - interval '1 second')", [cid.id]);
  await say();
  await database.query("UPDATE mutes SET until = NULL");
  await expect(say()).rejects.toMatchObject({ code: "forbidden", message: "you are muted" });
  await database.query("DELETE FROM mutes");
  await database.query("INSERT INTO bans VALUES ($1, 'Cid', NULL, 'x')", [cid.id]);
  await expect(say()).rejects.toMatchObject({ code: "forbidden", message: "you are banned" });
  expect(await gapsIn(database, room)).toBeNull();
});

it.each(ways)("sees a ban that was decided while it waited for the room, %s", async (name, send) => {
  const room = await makeRoom(database);
  const dan = user(`Dan ${name}`);
  let sent: Promise<Appended> | undefined;
  await database.transaction(async (connection) => {
    await connection.query("SELECT FROM rooms WHERE id = $1 FOR UPDATE", [room]);
    sent = send(action(room, dan));
    sent.catch(() => {});
    // Asked outside the transaction: inside, the first answer stands until its end.
    const waiting =
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await eventually("the message waits for the room", async () => {
      return (await database.query(waiting)).rows.length > 0;
    });
    await connection.query("INSERT INTO bans VALUES ($1, 'Dan', NULL, 'x')", [dan.id]);
  });
  await expect(sent).rejects.toMatchObject({ code: "forbidden", message: "you are banned" });
  expect(await readLog(database, room)).toEqual([]);
});
