import { messageOf, type Log } from "../metrics/log.js";
import { readMigrations, schemaVersion } from "./migrate.js";
import type { Database } from "./pool.js";

const retryMs = 500;

/**
 * Waits until Postgres answers and its schema is at least this program's. A newer schema is accepted: during a
 * rolling upgrade the old version goes on beside it.
 */
export async function databaseReady(database: Database, log: Log, stopped: AbortSignal): Promise<void> {
  const needed = (await readMigrations()).length;
  let told = "";
  while (!stopped.aborted) {
    const problem = await problemWith(database, needed);
    if (problem === null) return;
    if (problem !== told) log.warn({ problem }, "waiting for the database");
    told = problem;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

async function problemWith(database: Database, needed: number): Promise<string | null> {
  try {
    const current = await schemaVersion(database);
    return current >= needed ? null : `schema version ${current}, ${needed} needed: run "parley migrate"`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Asks Postgres once a second in the background, so that `/health` never waits for it. */
export function watchDatabase(database: Database): { isHealthy(): boolean; stop(): void } {
  let healthy = true;
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    database
      .query("SELECT 1")
      .then(() => (healthy = true))
      .catch(() => (healthy = false))
      .finally(() => (asking = false));
  }, 1000);
  return { isHealthy: () => healthy, stop: () => clearInterval(timer) };
}
