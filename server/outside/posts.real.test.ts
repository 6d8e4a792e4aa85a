import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { OutsidePost } from "../../shared/http.js";
import type { Database } from "../database/pool.js";
import { createTestWriter, makeRoom, readLog, type TestWriter } from "../test/room-log.js";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { createOutsidePosts, removeExpiredPosts, type PostFromOutside } from "./posts.js";

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await createTestDatabase("test_outside_posts");
  database = test.open();
});
afterAll(() => test.close());

/** An emitter's part: its own writer, as each process has one. */
function createEmitter(instances = 3): TestWriter & { post: PostFromOutside } {
  const writer = createTestWriter(test.open(4));
  const post = createOutsidePosts({
    queries: test.open(4),
    append: writer.append,
    countInstances: () => Promise.resolve(instances),
  });
  return { ...writer, post };
}
const saying = (room: string, text = "Rain is coming"): OutsidePost => ({ room, text, source: "weather" });
const code = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );

it("posts a message in the service's name, and broadcasts it once", async () => {
  const room = await makeRoom(database);
  const emitter = createEmitter();
  const { receipt, repeated } = await emitter.post(randomUUID(), saying(room));
  expect(repeated).toBe(false);
  expect(receipt).toMatchObject({ room, offset: 1, instances: 3 });
  const [event] = await readLog(database, room);
  expect(event).toMatchObject({
    kind: "message",
    id: receipt.id,
    at: receipt.at,
    text: "Rain is coming",
    sender: { id: "ext:weather", name: "weather", role: "member" },
  });
  expect(emitter.committed.flatMap((batch) => batch.events)).toEqual([event]);
});

it("gives a repeat the same receipt, also at another emitter that sees another cluster", async () => {
  const room = await makeRoom(database);
  const [a, b] = [createEmitter(3), createEmitter(7)];
  const key = randomUUID();
  const first = await a.post(key, saying(room));
  for (const emitter of [a, b])
    expect(await emitter.post(key, saying(room))).toEqual({ receipt: first.receipt, repeated: true });
  expect(await readLog(database, room)).toHaveLength(1);
  expect(b.committed).toEqual([]);
});

it("makes one message and one receipt of 40 equal posts at once at two emitters", async () => {
  const room = await makeRoom(database);
  const emitters = [createEmitter(3), createEmitter(7)];
  const key = randomUUID();
  const posted = await Promise.all(
    Array.from({ length: 40 }, (_, i) => emitters[i % 2]!.post(key, saying(room))),
  );
  expect(new Set(posted.map(({ receipt }) => JSON.stringify(receipt))).size).toBe(1);
  expect(posted.filter(({ repeated }) => !repeated)).toHaveLength(1);
  expect(await readLog(database, room)).toHaveLength(1);
  expect(emitters.flatMap(({ committed }) => committed)).toHaveLength(1);
});

it("refuses another body under the key, whatever part of it differs", async () => {
  const [room, other] = [await makeRoom(database), await makeRoom(database)];
  const { post } = createEmitter();
  const key = randomUUID();
  await post(key, saying(room));
  expect(await code(post(key, saying(room, "Sunshine")))).toBe("conflict");
  expect(await code(post(key, saying(other)))).toBe("conflict");
  expect(await code(post(key, { ...saying(room), source: "radio" }))).toBe("conflict");
  expect(await readLog(database, room)).toHaveLength(1);
  expect(await readLog(database, other)).toEqual([]);
});

it("goes on where an emitter died between its claim and the append", async () => {
  const room = await makeRoom(database);
  const key = randomUUID();
  const dying = createOutsidePosts({
    queries: database,
    append: () => new Promise(() => {}),
    countInstances: () => Promise.resolve(3),
  });
  void dying(key, saying(room));
  await expect
    .poll(async () => (await database.query("SELECT FROM outside_posts WHERE key = $1", [key])).rowCount)
    .toBe(1);
  const emitter = createEmitter();
  const { receipt, repeated } = await emitter.post(key, saying(room));
  expect(repeated).toBe(false);
  expect(await emitter.post(key, saying(room))).toEqual({ receipt, repeated: true });
  expect(await readLog(database, room)).toHaveLength(1);
});

it("knows no room that is not there or private, and leaves the key free", async () => {
  const [room, hidden] = [await makeRoom(database), await makeRoom(database, "private")];
  const { post } = createEmitter();
  const key = randomUUID();
  expect(await code(post(key, saying("nowhere")))).toBe("not_found");
  expect(await code(post(key, saying(hidden)))).toBe("not_found");
  expect((await post(key, saying(room))).repeated).toBe(false);
  expect(await readLog(database, hidden)).toEqual([]);
});

it("forgets a key after a day, not before", async () => {
  const room = await makeRoom(database);
  const { post } = createEmitter();
  const [old, young] = [randomUUID(), randomUUID()];
  await post(old, saying(room));
  await post(young, saying(room));
  const age = (key: string, hours: number) =>
    database.query("UPDATE outside_posts SET at = at - $2 * interval '1 hour' WHERE key = $1", [key, hours]);
  await age(old, 24.1);
  await age(young, 23.9);
  expect(await removeExpiredPosts(database)).toBe(1);
  expect((await post(young, saying(room))).repeated).toBe(true);
  expect((await post(old, saying(room))).repeated).toBe(false);
});
