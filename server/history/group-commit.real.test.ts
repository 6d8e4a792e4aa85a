import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Database } from "../database/pool.js";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { createTestWriter, makeRoom, say, user } from "../test/room-log.js";

let tests: TestDatabase;
let database: Database;
let statements = 0;

beforeAll(async () => {
  tests = await createTestDatabase("group_commit");
  const opened = tests.open();
  database = {
    ...opened,
    query(sql, values, timeoutMs) {
      statements += 1;
      return opened.query(sql, values, timeoutMs);
    },
  };
});
afterAll(() => tests.close());

/** How many statements the work cost. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  statements = 0;
  await work();
  return statements;
}

it("writes all who come at one moment with one statement, and all who come meanwhile with one more", async () => {
  const { append, committed } = createTestWriter(database);
  const rooms = await Promise.all([1, 2, 3].map(() => makeRoom(database)));
  const sayAll = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => say(append, rooms[n % 3] ?? "", `nr. ${n}`)));
  expect(await cost(() => sayAll(1))).toBe(1);
  expect(await cost(() => sayAll(64))).toBe(1);
  const meanwhile = () => new Promise((resolve) => setImmediate(resolve)).then(() => sayAll(900));
  expect(await cost(() => Promise.all([sayAll(2), meanwhile()]))).toBe(2);
  // One batch a room and statement is what is sent.
  expect(committed).toHaveLength(1 + 3 + (2 + 3));
});

it("bounds a statement by its number of events and by their length", async () => {
  const { append } = createTestWriter(database);
  const room = await makeRoom(database);
  expect(await cost(() => Promise.all(Array.from({ length: 1501 }, () => say(append, room, "x"))))).toBe(2);
  const long = "x".repeat(4000);
  expect(await cost(() => Promise.all(Array.from({ length: 127 }, () => say(append, room, long))))).toBe(3);
});

it("puts off what repeats an action of the same statement", async () => {
  const { append } = createTestWriter(database);
  const room = await makeRoom(database);
  const twice = randomUUID();
  const work = () =>
    Promise.all([say(append, room, "first"), ...[1, 2, 3].map(() => say(append, room, "again", twice))]);
  // The short way finds each repeat, the long one what it repeats.
  expect(await cost(work)).toBe(1 + 2 + 2);
});

it("writes messages apart from all else, which has no short way", async () => {
  const { append, committed } = createTestWriter(database);
  const room = await makeRoom(database);
  const { id } = await say(append, room, "first");
  const reaction = {
    kind: "reaction",
    room,
    sender: user("Ann"),
    target: id,
    emoji: "👍",
    on: true,
  } as const;
  const statementsNow = await cost(() =>
    Promise.all([
      say(append, room, "x"),
      append({ ...reaction, clientId: randomUUID() }),
      say(append, room, "y"),
    ]),
  );
  const kinds = committed.slice(1).map(({ events }) => new Set(events.map(({ kind }) => kind)).size);
  expect(kinds).toEqual(Array.from({ length: statementsNow }, () => 1));
});

it("writes messages the long way, once, where one of them has something in its way", async () => {
  const { append } = createTestWriter(database);
  const room = await makeRoom(database);
  const work = () =>
    Promise.allSettled([say(append, room, "x"), say(append, "nowhere", "y"), say(append, room, "z")]);
  expect(await cost(work)).toBe(2);
});
