import { afterAll, beforeAll, expect, it } from "vitest";
import type { Database } from "../database/pool.js";
import { createTestDatabase, eventually, silent, type TestDatabase } from "../test/services.js";
import { runIfDue, startSchedule, type ScheduledTask } from "./scheduled.js";

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await createTestDatabase("test_scheduled");
  database = test.open();
  await database.query("CREATE TABLE runs (task text NOT NULL)");
});
afterAll(() => test.close());

const task = (name: string, everyMs = 3_600_000, fails = () => false): ScheduledTask => ({
  name,
  everyMs,
  async run(connection) {
    await connection.query("INSERT INTO runs VALUES ($1)", [name]);
    await connection.query("SELECT pg_sleep(0.05)");
    if (fails()) throw new Error("planned");
    return {};
  },
});
const book = (name: string) =>
  database.query("INSERT INTO scheduled_tasks (name, next_run_at) VALUES ($1, now())", [name]);
const runs = async (name: string) =>
  (await database.query("SELECT 1 FROM runs WHERE task = $1", [name])).rowCount;

it("runs a task that is due exactly once, whoever of eight asks", async () => {
  await book("once");
  const asked = Array.from({ length: 8 }, (_, i) => runIfDue(test.open(1), task("once"), `w${i}`, silent));
  expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
  expect(await runs("once")).toBe(1);
  expect(await runIfDue(database, task("once"), "late", silent)).toBe(false);
});

it("rolls a run back that throws, and it is due still", async () => {
  await book("fails");
  let failing = true;
  const failure = runIfDue(
    database,
    task("fails", 1000, () => failing),
    "w",
    silent,
  );
  await expect(failure).rejects.toThrow("planned");
  expect(await runs("fails")).toBe(0);
  failing = false;
  expect(await runIfDue(database, task("fails"), "w", silent)).toBe(true);
  expect(await runs("fails")).toBe(1);
});

it("goes on in eight schedulers at once: one run, also after a failure", async () => {
  let tries = 0;
  const flaky = task("flaky", 3_600_000, () => (tries += 1) === 1);
  const schedules = Array.from({ length: 8 }, (_, i) =>
    startSchedule(test.open(1), [flaky], `w${i}`, silent),
  );
  await eventually("the task done after its failure", async () => (await runs("flaky")) === 1);
  await Promise.all(schedules.map((schedule) => schedule.stop()));
  expect(tries).toBe(2);
  const { rows } = await database.query("SELECT runs FROM scheduled_tasks WHERE name = 'flaky'");
  expect(rows).toEqual([{ runs: "1" }]);
});
