import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RoomEvent, RoomPage } from "../../shared/room-events.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { freePorts } from "../support/ports.js";
import { startReplicatedPostgres, type ReplicatedPostgres } from "../support/replica.js";
import { guest } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

let dataDir: string;
let postgres: ReplicatedPostgres;
let replica: pg.Client;
let stack: Stack;
let ann: Person;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "parley-replica-"));
  postgres = await startReplicatedPostgres(dataDir, await freePorts(2));
  replica = new pg.Client({ connectionString: postgres.replica.url });
  await replica.connect();
  stack = await startStack({
    NODES: "1",
    DATABASE_URL: postgres.primary.url,
    DATABASE_REPLICA_URL: postgres.replica.url,
    LIMIT_MESSAGES: "off",
    LIMIT_COMMANDS: "off",
  });
  ann = await connect(await guest(stack.process("node-1").url, "Ann"));
});
afterAll(async () => {
  ann?.close();
  await replica?.end().catch(() => {});
  await stack?.stop();
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function read(query: string): Promise<RoomPage> {
  const { status, body } = await ann.session.request("GET", `/api/rooms/general/events?${query}`);
  expect(status).toBe(200);
  return body as unknown as RoomPage;
}

/** Everything, as someone scrolls up. */
async function readBack(): Promise<RoomEvent[]> {
  let events = (await read("limit=40")).events;
  while ((events[0]?.offset ?? 1) > 1)
    events = [...(await read(`limit=40&before=${events[0]?.offset}`)).events, ...events];
  return events;
}

const headOfReplica = async () =>
  Number(
    (await replica.query<{ head: string }>("SELECT head FROM rooms WHERE id = 'general'")).rows[0]?.head,
  );
const lookupsOfReplica = async () =>
  Number(
    (
      await replica.query<{ scans: string }>(
        "SELECT coalesce(sum(idx_scan), 0) AS scans FROM pg_stat_user_tables WHERE relname = 'room_events'",
      )
    ).rows[0]?.scans,
  );

async function say(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const answer = await ann.say("general", `message ${i}`);
    if (!answer.ok) throw new Error(answer.error.message);
    ids.push(answer.data.id);
  }
  return ids;
}

describe("a read replica", () => {
  it("serves old pages while it is up to date, and never what is late", async () => {
    const ids = await say(120);
    await eventually("the replica has it all", async () => (await headOfReplica()) === 120);
    const before = await lookupsOfReplica();
    expect((await readBack()).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    );
    // A backend tells its counts with a later statement.
    await eventually("the replica was asked", async () => {
      await readBack();
      return (await lookupsOfReplica()) > before;
    });

    await replica.query("SELECT pg_wal_replay_pause()");
    const target = ids[59] ?? "";
    const deleted = await ann.command("message:delete", {
      room: "general",
      clientId: crypto.randomUUID(),
      target,
    });
    expect(deleted.ok).toBe(true);
    await say(10);
    expect(await headOfReplica()).toBe(120);
    const log = await readBack();
    expect(log.map(({ offset }) => offset)).toEqual(Array.from({ length: 131 }, (_, i) => i + 1));
    expect(log[59]).toMatchObject({ id: target, text: "" });

    await replica.query("SELECT pg_wal_replay_resume()");
    await eventually("the replica has caught up", async () => (await headOfReplica()) === 131);
    expect(await readBack()).toEqual(log);
  });

  it("that is gone is not missed", async () => {
    const log = await readBack();
    replica.on("error", () => {});
    await postgres.replica.stop();
    expect(await readBack()).toEqual(log);
    expect(stack.output()).toContain("the replica does not answer");
  });
});
