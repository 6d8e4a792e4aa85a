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

const lease = (name: string, holder: string, durationMs = 60_000, on = database) =>
  createLease<string>(on, name, holder, durationMs).ask;
const held = async (asked: ReturnType<ReturnType<typeof lease>>) => (await asked).held;

it("is held by one of many that ask at once, and stays with it", async () => {
  const asks = Array.from({ length: 12 }, (_, i) => lease("one", `p${i}`));
  const first = await Promise.all(asks.map((ask) => held(ask(null))));
  expect(first.filter(Boolean)).toHaveLength(1);
  expect(await Promise.all(asks.map((ask) => held(ask(null))))).toEqual(first);
  expect(await fence("one")).toBe(1);
});

it("is taken over after its end, and the fence grows with the holder", async () => {
  const [a, b] = [lease("two", "a", 300), lease("two", "b")];
  expect(await held(a(null))).toBe(true);
  expect(await held(b(null))).toBe(false);
  await eventually("the lease over and taken by b", () => held(b(null)), 3000);
  expect(await fence("two")).toBe(2);
  expect(await held(a(null))).toBe(false);
});

it("is free at once when its holder gives it up, and what he knew stays", async () => {
  const [a, b] = [createLease<string>(database, "five", "a", 60_000), lease("five", "b")];
  await a.ask("1");
  await createLease<string>(database, "five", "another", 60_000).release();
  expect(await held(b(null))).toBe(false);
  await a.release();
  expect(await b("2")).toEqual({ held: true, previous: "1" });
});

it("stays with its holder while the database is away, and its memory with it", async () => {
  const away = test.open(1);
  const [ask, other] = [lease("three", "a", 60_000, away), lease("three", "b", 60_000, away)];
  expect([await ask("1"), await held(other("x"))]).toEqual([{ held: true, previous: null }, false]);
  await away.query("ALTER TABLE leases RENAME TO leases_away");
  expect([await ask("2"), await held(other("x"))]).toEqual([{ held: true, previous: "1" }, false]);
  await away.query("ALTER TABLE leases_away RENAME TO leases");
  expect(await ask("3")).toEqual({ held: true, previous: "2" });
});

it("gives a new holder what the last one knew, not what itself has seen", async () => {
  const [a, b] = [lease("four", "a", 300), lease("four", "b", 300)];
  expect(await a("1")).toEqual({ held: true, previous: null });
  expect(await b("2")).toEqual({ held: false });
  expect(await a("3")).toEqual({ held: true, previous: "1" });
  expect(await a(null)).toEqual({ held: true, previous: "3" });
  const takenBy = async (ask: typeof a, state: string) => {
    let answer = await ask(state);
    await eventually("the lease taken", async () => answer.held || (answer = await ask(state)).held, 3000);
    return answer;
  };
  expect(await takenBy(b, "4")).toEqual({ held: true, previous: "3" });
  // The first was frozen meanwhile: its own memory is of an older fence.
  expect(await takenBy(a, "5")).toEqual({ held: true, previous: "4" });
});
