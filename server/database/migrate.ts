import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../config/paths.js";
import type { Database, Queries } from "./pool.js";

/** One SQL file, `0001-name.sql`: its number is the schema's version after it. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
}

/** The migrations of this version of the program, ascending, numbered 1, 2, 3 … without holes. */
export async function readMigrations(): Promise<Migration[]> {
  const folder = join(projectRoot, "server", "database", "migrations");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const migrations = await Promise.all(
    names.map(async (name) => ({
      version: Number(name.slice(0, 4)),
      name,
      sql: await readFile(join(folder, name), "utf8"),
    })),
  );
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1) throw new Error(`${migration.name}: expected number ${index + 1}`);
  });
  return migrations;
}

/** An index over millions of rows takes its time; given up here, it would go on in the database all the same. */
const patienceMs = 6 * 3600 * 1000;

/** Any number; the same in every version, so that any two migrators meet at it. */
const lockKey = 7_265_533;

/**
 * Brings the schema to this version in one transaction under a transaction-level advisory lock: any number of
 * processes may call it at once, also through a pooler in transaction mode. Returns what was applied.
 */
export async function migrate(database: Database): Promise<Migration[]> {
  const migrations = await readMigrations();
  return database.transaction(async (connection) => {
    await connection.query("SELECT pg_advisory_xact_lock($1)", [lockKey], patienceMs);
    await connection.query(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    const current = await schemaVersion(connection);
    const pending = migrations.filter((migration) => migration.version > current);
    for (const migration of pending) {
      await connection.query(migration.sql, undefined, patienceMs);
      await connection.query("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", [
        migration.version,
        migration.name,
      ]);
    }
    return pending;
  });
}

/** The schema's version; 0 before the first migration. */
export async function schemaVersion(queries: Queries): Promise<number> {
  const exists = await queries.query<{ found: boolean }>(
    "SELECT to_regclass('schema_migrations') IS NOT NULL AS found",
  );
  if (!exists.rows[0]?.found) return 0;
  const { rows } = await queries.query<{ version: number }>(
    "SELECT coalesce(max(version), 0) AS version FROM schema_migrations",
  );
  return rows[0]?.version ?? 0;
}
