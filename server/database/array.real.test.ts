import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isStorable } from "../../shared/values.js";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { toArray } from "./array.js";
import type { Database } from "./pool.js";

let tests: TestDatabase;
let database: Database;
beforeAll(async () => {
  tests = await createTestDatabase("test_array");
  database = tests.open();
});
afterAll(() => tests.close());

const awkward = [
  "",
  " ",
  "NULL",
  "null",
  '"',
  "\\",
  "\\\\",
  '\\"',
  "{",
  "}",
  ",",
  "a,b",
  "{a}",
  "\n\t",
  "😀",
  "'",
  "$1",
];
const text = fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: "binary" }).filter(isStorable));

it("gives Postgres every text as it is", async () => {
  const elements = fc.array(fc.option(text), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(elements, async (all) => {
      const { rows } = await database.query<{ all: string[] }>('SELECT $1::text[] AS "all"', [toArray(all)]);
      expect(rows[0]?.all).toEqual(all);
    }),
    { numRuns: 300 },
  );
});

it("gives numbers, and nothing at all", async () => {
  const { rows } = await database.query("SELECT $1::int[] AS some, $2::int[] AS none", [
    toArray([3, -1, null]),
    toArray([]),
  ]);
  expect(rows).toEqual([{ some: [3, -1, null], none: [] }]);
});
