import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { migrate, readMigrations, schemaVersion } from "./migrate.js";

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase("test_migrate", false)));
afterAll(() => database.close());

it("applies each migration once, whoever of eight at once comes first", async () => {
  const pools = Array.from({ length: 8 }, () => database.open(1));
  expect(await schemaVersion(pools[0]!)).toBe(0);
  const applied = await Promise.all(pools.map(migrate));
  const all = await readMigrations();
  expect(applied.map((list) => list.length).sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 0, 0, all.length]);
  const { rows } = await pools[0]!.query("SELECT version, name FROM schema_migrations ORDER BY version");
  expect(rows).toEqual(all.map(({ version, name }) => ({ version, name })));
  expect(await schemaVersion(pools[0]!)).toBe(all.length);
});

it("does nothing the second time", async () => {
  const pool = database.open(1);
  await migrate(pool);
  const before = await pool.query("SELECT * FROM schema_migrations");
  expect(await migrate(pool)).toEqual([]);
  expect((await pool.query("SELECT * FROM schema_migrations")).rows).toEqual(before.rows);
});
