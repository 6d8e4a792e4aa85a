import { afterAll, beforeAll, expect, it } from "vitest";
import type { Database } from "../database/pool.js";
import { createTestDatabase, eventually, type TestDatabase } from "../test/services.js";
import { createLease } from "./lease.js";

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await createTestDatabase("test_lease");
  database = test.open();
});
afterAll(() => test.close());

const fence = async (name: string) => {
  const { rows } = await database.query<{ fence: string }>("SELECT fence FROM leases WHERE name = $1", [
    name,
  ]);
  return Number(rows[0]?.fence);
};

it("is held by one of many that ask at once, and stays with it", async () => {
  const asks = Array.from({ length: 12 }, (_, i) => createLease(database, "one", `p${i}`, 60_000));
  const first = await Promise.all(asks.map((ask) => ask()));
  expect(first.filter(Boolean)).toHaveLength(1);
  expect(await Promise.all(asks.map((ask) => ask()))).toEqual(first);
  expect(await fence("one")).toBe(1);
});

it("is taken over after its end, and the fence grows with the holder", async () => {
  const [a, b] = [createLease(database, "two", "a", 300), createLease(database, "two", "b", 60_000)];
  expect(await a()).toBe(true);
  expect(await b()).toBe(false);
  await eventually("the lease over and taken by b", b, 3000);
  expect(await fence("two")).toBe(2);
  expect(await a()).toBe(false);
});

it("stays with its holder while the database is away", async () => {
  const away = test.open(1);
  const ask = createLease(away, "three", "a", 60_000);
  const other = createLease(away, "three", "b", 60_000);
  expect([await ask(), await other()]).toEqual([true, false]);
  await away.query("ALTER TABLE leases RENAME TO leases_away");
  expect([await ask(), await other()]).toEqual([true, false]);
  await away.query("ALTER TABLE leases_away RENAME TO leases");
});
