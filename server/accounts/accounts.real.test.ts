import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Database } from "../database/pool.js";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { createAccounts, createFirstAdmin, createUser, type Accounts } from "./accounts.js";

let test: TestDatabase;
let database: Database;
let accounts: Accounts;
beforeAll(async () => {
  test = await createTestDatabase("test_accounts");
  database = test.open();
  accounts = createAccounts(database);
});
afterAll(() => test.close());

const password = "correct horse";

it("creates one first admin, whoever of eight asks", async () => {
  const asked = Array.from({ length: 8 }, (_, i) => createFirstAdmin(test.open(1), `admin${i}`, password));
  expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
  expect((await database.query("SELECT 1 FROM users WHERE role = 'admin'")).rowCount).toBe(1);
});

it("registers a member who can log in, and whose password is not stored", async () => {
  const ann = await accounts.register("Ann", password);
  expect(ann).toMatchObject({ name: "Ann", role: "member" });
  expect(await accounts.login("Ann", password)).toEqual(ann);
  expect(await accounts.current({ ...ann, name: "Old name", role: "admin" })).toEqual(ann);
  const { rows } = await database.query<{ password_hash: string }>(
    "SELECT password_hash FROM users WHERE id = $1",
    [ann.id],
  );
  expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$/);
});

it("refuses a wrong password and an unknown name in the same words", async () => {
  const refusals = await Promise.all([
    accounts.login("Ann", "something else").catch((error: unknown) => error),
    accounts.login("Nobody", password).catch((error: unknown) => error),
  ]);
  expect(refusals[0]).toMatchObject({ code: "unauthenticated" });
  expect(String(refusals[0])).toBe(String(refusals[1]));
});

it.each(["ann", "ANN", "Ａnn"])("takes %s for Ann's name", async (name) => {
  await expect(accounts.register(name, password)).rejects.toMatchObject({ code: "conflict" });
  await expect(accounts.assertFree(name)).rejects.toMatchObject({ code: "conflict" });
  expect((await accounts.login(name, password)).name).toBe("Ann");
});

it("gives a name that several want at once to one of them", async () => {
  const asked = ["Bob", "bob", "BOB", "bOb"].map((name) => createUser(database, name, password, "member"));
  const results = await Promise.allSettled(asked);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

it("leaves free names to guests, who have no account", async () => {
  await expect(accounts.assertFree("Guest")).resolves.toBeUndefined();
  const guest = { id: randomUUID(), name: "Guest", role: "guest" as const };
  expect(await accounts.current(guest)).toEqual(guest);
  await expect(accounts.current({ ...guest, role: "member" })).rejects.toMatchObject({
    code: "unauthenticated",
  });
});

it("knows who is banned, of many asked at once", async () => {
  const guests = Array.from({ length: 20 }, (_, i) => ({
    id: randomUUID(),
    name: `G${i}`,
    role: "guest" as const,
  }));
  await database.query("INSERT INTO bans VALUES ($1, 'G7', NULL, 'x')", [guests[7]?.id]);
  const known = await Promise.allSettled(guests.map((guest) => accounts.current(guest)));
  expect(known.flatMap(({ status }, i) => (status === "rejected" ? [i] : []))).toEqual([7]);
  expect(known[7]).toMatchObject({ reason: { code: "forbidden" } });
});
