import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RoomEvents } from "../../shared/room-events.js";
import { projectRoot } from "../config/paths.js";
import type { Database } from "../database/pool.js";
import { Failure } from "../failure.js";
import { run, steps, type Writers } from "../test/append-run.js";
import { createTestWriter } from "../test/room-log.js";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { appendEvents } from "./append.js";
import type { Append } from "./group-commit.js";

/** The SQL functions that append, and where they are. */
const migrations = {
  append_events: "0002-room-log.sql",
  append_messages: "0005-append-messages.sql",
  append_message: "0006-append-message.sql",
};

let test: TestDatabase;
const databases: [Database, Database] = [] as unknown as [Database, Database];
beforeAll(async () => {
  test = await createTestDatabase("test_invariants");
  databases.push(test.open(), test.open());
});
afterAll(() => test.close());

function realWriters(): Writers {
  const [one, two] = [createTestWriter(databases[0]), createTestWriter(databases[1])];
  return { append: [one.append, two.append], committed: [one.committed, two.committed] };
}

/** Runs generated steps; returns the first run's violations, or none. */
async function search(createWriters: () => Writers, numRuns: number): Promise<string[]> {
  const property = fc.asyncProperty(steps, async (groups) => {
    const wrong = await run(databases[0], createWriters, groups);
    if (wrong.length > 0) throw new Error(wrong.join("; "));
  });
  const result = await fc.check(property, { numRuns, endOnFailure: true });
  return result.failed ? [`seed ${result.seed}: ${String(result.errorInstance)}`] : [];
}

/** Replaces a function by a faulty one while `work` runs. */
async function withFault<T>(
  name: keyof typeof migrations,
  changes: [string, string][],
  work: () => Promise<T>,
): Promise<T> {
  const migration = join(projectRoot, "server", "database", "migrations", migrations[name]);
  const sql = (await readFile(migration, "utf8")).split("CREATE FUNCTION")[1] ?? "";
  let faulty = sql;
  for (const [right, wrong] of changes) {
    if (!faulty.includes(right)) throw new Error(`nothing to plant the fault in: ${right}`);
    faulty = faulty.replaceAll(right, wrong);
  }
  await databases[0].query(`CREATE OR REPLACE FUNCTION${faulty}`);
  try {
    return await work();
  } finally {
    await databases[0].query(`CREATE OR REPLACE FUNCTION${sql}`);
  }
}

describe("the append", () => {
  it("keeps its invariants whatever is done at once, with backends killed in the middle", async () => {
    expect(await search(realWriters, 60)).toEqual([]);
  });

  const faults: [name: string, changes: [string, string][]][] = [
    [
      "ON CONFLICT DO NOTHING on the counter",
      [
        ["WHEN k.id IS NOT NULL THEN", "WHEN false THEN"],
        [
          "FROM numbered WHERE outcome = 'appended'\n",
          "FROM numbered WHERE outcome = 'appended' ON CONFLICT DO NOTHING\n",
        ],
      ],
    ],
    ["no look for known actions", [[" AND k.client_id = i.client_id", " AND k.client_id = i.id"]]],
    ["actions known by their clientId alone", [[' AND k.sender_id = i.sender_id COLLATE "C"', ""]]],
    ["no look for bans", [["WHEN b.user_id IS NOT NULL THEN 'banned'", ""]]],
    ["edits of a deleted message kept", [[" OR (e.target = x.target AND e.kind = 'edit')", ""]]],
    ["edits of a message deleted before", [[" OR t.text = ''", ""]]],
    [
      "numbers given before refusals are sorted out",
      [["count(*) FILTER (WHERE j.outcome = 'appended')", "count(*)"]],
    ],
  ];
  it.each(faults)("is found out with %s", async (_name, changes) => {
    expect(await withFault("append_events", changes, () => search(realWriters, 300))).not.toEqual([]);
  });

  const shortFaults: typeof faults = [
    [
      "no look for bans",
      [["EXISTS (SELECT FROM bans b WHERE b.user_id = ANY (p_sender_ids))", "p_rooms IS NULL"]],
    ],
    [
      "ON CONFLICT DO NOTHING",
      [["sender_role, text, reply_to);", "sender_role, text, reply_to) ON CONFLICT DO NOTHING;"]],
    ],
    ["counters that stay", [["r.head + p.count", "r.head"]]],
    ["numbers from the head itself on", [["+ e.nth,", "+ e.nth - 1,"]]],
  ];
  it.each(shortFaults)("is found out with %s, on the short way", async (_name, changes) => {
    expect(await withFault("append_messages", changes, () => search(realWriters, 300))).not.toEqual([]);
  });

  const aloneFaults: typeof faults = [
    ["no look for bans", [["b.user_id = p_sender_id", "b.user_id IS NULL"]]],
    [
      "ON CONFLICT DO NOTHING",
      [
        ["m.user_id = p_sender_id));", "m.user_id = p_sender_id)) ON CONFLICT DO NOTHING;"],
        ["RAISE no_data_found", "RETURN"],
      ],
    ],
    ["a counter that stays", [["r.head + 1", "r.head"]]],
    ["a counter that is not given back", [["RAISE no_data_found", "RETURN"]]],
  ];
  it.each(aloneFaults)("is found out with %s, with one alone", async (_name, changes) => {
    expect(await withFault("append_message", changes, () => search(realWriters, 300))).not.toEqual([]);
  });

  it("is found out when it sends before the commit", async () => {
    let turn = 0;
    const hasty = (): Writers => {
      const committed: [RoomEvents[], RoomEvents[]] = [[], []];
      const writer =
        (n: 0 | 1): Append =>
        (action) =>
          databases[n].transaction(async (connection) => {
            const { outcomes, batches } = await appendEvents(connection, [action]);
            committed[n].push(...batches);
            turn += 1;
            if (turn % 5 === 0) throw new Failure("unavailable", "the commit failed");
            const outcome = outcomes[0];
            if (outcome === undefined || outcome instanceof Failure) throw outcome;
            return outcome;
          });
      return { append: [writer(0), writer(1)], committed };
    };
    expect(await search(hasty, 100)).not.toEqual([]);
  });
});
