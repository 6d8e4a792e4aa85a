import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "../../compose/postgres.js";
import { startRedis } from "../../compose/redis.js";
import { freePorts } from "../support/ports.js";
import { storeSchema } from "./baselines/store.js";
import { pin } from "./cores.js";
import { familyPids } from "./cpu.js";
import { startLoad, type Load } from "./load/load.js";
import { migrateParley } from "./migrate-parley.js";
import { untilStopped } from "./running.js";

/** What all measurements share: Redis and Postgres as `npm start` runs them, and the load. */
export interface Services {
  redisUrl: string;
  databaseUrl: string;
  database: pg.Pool;
  pids: { redis: number; postgres: number };
  load: Load;
  dataDir: string;
  /** Settings of Parley's nodes that differ from the defaults. */
  settings: Record<string, string>;
}

/** Starts them, away from the core of the servers under test; `stopAll` ends them. */
export async function startServices(settings: Record<string, string>): Promise<Services> {
  const dataDir = await mkdtemp(join(tmpdir(), "parley-bench-"));
  untilStopped(() => rm(dataDir, { recursive: true, force: true }));
  const port = await freePorts(2);
  const redis = await startRedis({ dataDir, port });
  untilStopped(redis.stop);
  const postgres = await startPostgres({ dataDir, port: port + 1 });
  untilStopped(postgres.stop);
  pin("load", familyPids([redis.pid, postgres.pid]));
  await migrateParley({ dataDir, databaseUrl: postgres.url });
  const database = new pg.Pool({ connectionString: postgres.url, max: 2 });
  untilStopped(() => database.end());
  await database.query(storeSchema);
  const load = startLoad();
  untilStopped(load.stop);
  return {
    redisUrl: redis.url,
    databaseUrl: postgres.url,
    database,
    pids: { redis: redis.pid, postgres: postgres.pid },
    load,
    dataDir,
    settings,
  };
}
