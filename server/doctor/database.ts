import type { Config } from "../config/config.js";
import { readMigrations, schemaVersion } from "../database/migrate.js";
import { openDatabase, type Database } from "../database/pool.js";
import { createLog } from "../metrics/log.js";
import { skewOf } from "./clocks.js";
import { failed, ok, placeOf, reasonOf, warning, type Finding } from "./finding.js";

/** What was found out about Postgres; `skewMs` is null where it does not answer. */
export interface CheckedDatabase {
  findings: Finding[];
  skewMs: number | null;
}

/** Checks the database, and the addresses for migrations and of the replica where they are given. */
export async function checkDatabases(config: Config, migrationUrl: string | null): Promise<CheckedDatabase> {
  const needed = (await readMigrations()).length;
  let skewMs: number | null = null;
  const findings = await look("database", "DATABASE_URL", config.database.url, async (database) => {
    skewMs = await skewOf(async () => {
      const { rows } = await database.query<{ ms: number }>(
        "SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms",
      );
      return rows[0]?.ms ?? Number.NaN;
    });
    return [checkSchema("schema", await schemaVersion(database), needed), await checkRoom(database, config)];
  });
  if (migrationUrl !== null)
    findings.push(
      ...(await look("migrations", "DATABASE_MIGRATION_URL", migrationUrl, async (database) => [
        await checkMayCreate(database),
      ])),
    );
  if (config.replicaUrl !== null)
    findings.push(
      ...(await look("replica", "DATABASE_REPLICA_URL", config.replicaUrl, async (database) => [
        await checkFollows(database),
        checkSchema("replica's schema", await schemaVersion(database), needed),
      ])),
    );
  return { findings, skewMs };
}

async function look(
  check: string,
  setting: string,
  url: string,
  more: (database: Database) => Promise<Finding[]>,
): Promise<Finding[]> {
  const database = openDatabase({ url, pool: 1, name: "parley doctor" }, createLog("silent", null));
  try {
    const { rows } = await database.query<{ server_version: string }>("SHOW server_version");
    const version = rows[0]?.server_version.split(" ")[0] ?? "";
    return [ok(check, `Postgres ${version} answers at ${placeOf(url)}`), ...(await more(database))];
  } catch (error) {
    return [
      failed(check, `${placeOf(url)}: ${reasonOf(error)}. Is ${setting} right, and does Postgres run?`),
    ];
  } finally {
    await database.close();
  }
}

function checkSchema(check: string, current: number, needed: number): Finding {
  if (current < needed) return failed(check, `version ${current}, ${needed} needed: run "parley migrate"`);
  return ok(check, current === needed ? `version ${current}` : `version ${current}, newer than ${needed}`);
}

async function checkRoom(database: Database, { database: { pool } }: Config): Promise<Finding> {
  const { rows } = await database.query<{ most: number; used: number }>(
    "SELECT current_setting('max_connections')::int AS most, (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used",
  );
  const { most, used } = rows[0] ?? { most: 0, used: 0 };
  if (most - used < pool)
    return warning(
      "connections",
      `${used} of ${most} in use: no room for another ${pool}; raise max_connections`,
    );
  return ok("connections", `${used} of ${most} in use`);
}

async function checkMayCreate(database: Database): Promise<Finding> {
  const { rows } = await database.query<{ may: boolean }>(
    "SELECT has_schema_privilege(current_schema(), 'CREATE') AS may",
  );
  if (rows[0]?.may) return ok("migration rights", "may make tables");
  return failed("migration rights", "may not make tables: GRANT CREATE ON SCHEMA public to this user");
}

async function checkFollows(database: Database): Promise<Finding> {
  const { rows } = await database.query<{ follows: boolean }>("SELECT pg_is_in_recovery() AS follows");
  if (rows[0]?.follows) return ok("replication", "follows its primary");
  return warning("replication", "DATABASE_REPLICA_URL leads to a server that follows nobody");
}
