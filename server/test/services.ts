import pg from "pg";
import { inject } from "vitest";
import { createRedisClient, closeRedisClient, type RedisClient } from "../bus/redis.js";
import { migrate } from "../database/migrate.js";
import { openDatabase, type Database } from "../database/pool.js";
import { createLog } from "../metrics/log.js";

declare module "vitest" {
  interface ProvidedContext {
    databaseUrl: string;
    redisUrl: string;
  }
}

export const silent = createLog("silent", null);

/** A database of one test file's own. */
export interface TestDatabase {
  url: string;
  /** Opens a pool that is closed with the rest. */
  open(pool?: number): Database;
  close(): Promise<void>;
}

/** Creates an empty database; `migrated` brings it to the schema of now. */
export async function createTestDatabase(name: string, migrated = true): Promise<TestDatabase> {
  const client = new pg.Client({ connectionString: inject("databaseUrl") });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(inject("databaseUrl"));
  url.pathname = `/${name}`;
  const opened: Database[] = [];
  const open = (pool = 8) => {
    const database = openDatabase({ url: url.href, pool, name: "test" }, silent);
    opened.push(database);
    return database;
  };
  if (migrated) await migrate(open(1));
  return {
    url: url.href,
    open,
    close: async () => void (await Promise.all(opened.map((database) => database.close()))),
  };
}

/** Address of a numbered Redis database of the run's Redis. */
export function redisUrl(number: number): string {
  return `${inject("redisUrl")}/${number}`;
}

/** A connected client on an emptied numbered database. */
export async function connectRedis(number: number): Promise<{ client: RedisClient; close(): Promise<void> }> {
  const client = createRedisClient(redisUrl(number), "test", silent);
  await client.connect();
  await client.flushDb();
  return { client, close: () => closeRedisClient(client) };
}

/** Resolves once `look` gives true; rejects after `withinMs`, saying what was awaited. */
export async function eventually(
  awaited: string,
  look: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${awaited}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
