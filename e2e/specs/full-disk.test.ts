import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../compose/paths.js";
import { ensureDatabase, postgresStop, preparePostgres, startPostgres } from "../../compose/postgres.js";
import { startServer } from "../../compose/running-server.js";
import { keepRunning } from "../../compose/supervisor.js";
import { describeRun } from "../faults/report.js";
import { run, type Hurt } from "../faults/run.js";
import { tellPostgres, type OwnServer } from "../faults/servers.js";
import { openSmallDisk, type SmallDisk } from "../faults/small-disk.js";
import { nodes, startWorld, type World } from "../faults/world.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { freePorts } from "../support/ports.js";
import { guest, request } from "../support/session.js";

let world: World;
let disk: SmallDisk;
const postgresLog: string[] = [];

/** A Postgres on a disk of its own, started again whenever it ends. */
async function launchPostgres(dataDir: string, port: number): Promise<OwnServer> {
  await (await startPostgres({ dataDir, port })).stop();
  disk = await openSmallDisk(join(dataDir, "postgres"), 200);
  const { program, url } = await preparePostgres({ dataDir, port });
  const log = { line: (text: string) => void postgresLog.push(text), note: () => {} };
  const kept = await keepRunning(disk.on(program), log, () => {});
  await kept.ready("to take connections", () => ensureDatabase(url));
  return {
    url,
    pid: kept.pid,
    kill: () => void process.kill(kept.pid(), "SIGKILL"),
    stop: () => kept.stop(postgresStop).finally(disk.close),
    start: () =>
      eventually("Postgres is back", () => ensureDatabase(url).then(() => true), 30_000).then(() => {}),
  };
}

beforeAll(async () => {
  world = await startWorld({ launchPostgres });
});
afterAll(() => world?.stop());

const refuses = (ann: Person, text: string) => async () => {
  const answer = await ann.say("general", text);
  if (!answer.ok) expect(answer.error.retryable).toBe(true);
  return !answer.ok;
};

/** Corruption that can be seen in tables and indexes fails the statement. */
const inspect = `
CREATE EXTENSION amcheck;
DO $$ BEGIN
  PERFORM bt_index_check(i.indexrelid, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relam = (SELECT oid FROM pg_am WHERE amname = 'btree') AND i.indisvalid;
  IF EXISTS (SELECT FROM pg_class c, LATERAL verify_heapam(c.oid) WHERE c.relkind = 'r') THEN
    RAISE EXCEPTION 'a table is corrupt';
  END IF;
END $$`;

const fillDisk: Hurt = async ({ stack, postgres }, people, _options, _record, tell) => {
  const waiting = () => people.talkers.reduce((sum, { outbox }) => sum + outbox().entries().length, 0);
  const node = nodes(world)[0]?.url ?? "";
  const ann = await connect(await guest(node, "Ann"));
  try {
    await ann.join("general");
    disk.fill();
    await eventually("nothing more is taken", refuses(ann, "x".repeat(4000)), 20_000);
    await eventually("people's messages wait", () => waiting() >= 20, 20_000);
    tell("tables can not grow");
    expect((await ann.session.request("GET", "/api/rooms/general/events")).status).toBe(200);
    // The next bit of the write-ahead log needs a file of its own.
    await tellPostgres(postgres.url, "SELECT pg_switch_wal()").catch(() => {});
    const failed = async () => {
      const { body } = await request(node, "GET", "/health");
      return (body.checks as { database: string }).database === "failed";
    };
    await eventually("Postgres is down", failed, 20_000);
    await eventually("more messages wait", () => waiting() >= 60, 20_000);
    tell("Postgres is down");
    expect(await refuses(ann, "while it is down")()).toBe(true);
  } finally {
    disk.free();
    tell(`freed, ${waiting()} messages wait`);
  }
  await postgres.start();
  await eventually("messages are taken", async () => (await ann.say("general", "again")).ok, 20_000);
  ann.close();
  expect(stack.output()).not.toMatch(/unhandled rejection|uncaught exception/);
};

describe("F-12 a full disk", () => {
  it("under Postgres: nothing is acked that is not stored, and once there is space all of it lands once", async () => {
    world.crashed();
    const options = { people: 12, rooms: 2, perSecond: 20, together: 0, seconds: 0, blows: 0 };
    const result = await run(world, { ...options, seed: 1 }, console.log, fillDisk);
    console.log(describeRun(result));
    expect(result.violations).toEqual([]);
    expect(result.measures.sends).toBeGreaterThan(60);
    expect(postgresLog.join("\n")).toMatch(/ERROR: .*No space left on device/);
    expect(postgresLog.join("\n")).toMatch(/PANIC: .*No space left on device/);
    await tellPostgres(world.postgres.url, inspect);
    expect(world.crashed()).toEqual([]);
  });

  it("under a node's log: chat goes on", async () => {
    const port = await freePorts(1);
    const env = {
      PATH: process.env.PATH,
      DATA_DIR: world.stack.dataDir,
      ENABLE_DISTRIBUTED_CHAT: "true",
      REDIS_URL: world.toRedis.url,
      DATABASE_URL: world.toPostgres.url,
      INSTANCE_ID: "mute",
      PORT: String(port),
      LOG_LEVEL: "trace",
    };
    const main = join(projectRoot, "dist/server/main.js");
    const args = ["-c", 'exec "$0" "$@" > /dev/full 2>&1', process.execPath, main, "node"];
    const url = `http://127.0.0.1:${port}`;
    const program = { name: "mute", command: "sh", args, cwd: projectRoot, env };
    const check = async () => {
      const { status } = await request(url, "GET", "/health");
      if (status !== 200) throw new Error(`health: ${status}`);
    };
    const mute = await startServer({ program, url }, check, [["SIGTERM", 20_000]]);
    const people: Person[] = [];
    try {
      const ann = await connect(await guest(url, "Ann"));
      const bob = await connect(await guest(nodes(world)[0]?.url ?? "", "Bob"));
      people.push(ann, bob);
      await ann.join("general");
      await bob.join("general");
      const exchange = async (text: string) => {
        expect(await ann.say("general", `${text}, from Ann`)).toMatchObject({ ok: true });
        expect(await bob.say("general", `${text}, from Bob`)).toMatchObject({ ok: true });
        for (const { texts } of people)
          await eventually(text, () =>
            texts("general").join().includes(`${text}, from Ann,${text}, from Bob`),
          );
      };
      await exchange("with nothing to log");
      // Something to log, at last.
      world.toRedis.cut("reset", "mute");
      const status = async () => (await request(url, "GET", "/health")).body.status;
      await eventually("it is degraded", async () => (await status()) === "degraded");
      await exchange("with warnings");
      world.toRedis.heal();
      await eventually("it is well", async () => (await status()) === "ok");
      await exchange("well again");
    } finally {
      world.toRedis.heal();
      people.forEach((person) => person.close());
      await mute.stop();
    }
  });
});
