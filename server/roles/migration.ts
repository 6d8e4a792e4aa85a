import { randomBytes } from "node:crypto";
import { createFirstAdmin, createUser } from "../accounts/accounts.js";
import type { MigrationConfig } from "../config/config.js";
import { migrate } from "../database/migrate.js";
import { ConfigError } from "../config/env.js";
import { openDatabase } from "../database/pool.js";
import { createLog } from "../metrics/log.js";
import { userName } from "../../shared/values.js";

const madeUpPassword = () => randomBytes(15).toString("base64url");

/** `parley migrate`: brings the schema to this version and creates the first admin while there is none. */
export async function runMigration(config: MigrationConfig): Promise<void> {
  const log = createLog(config.logLevel, null);
  const database = openDatabase({ url: config.url, pool: 1, name: "parley migrate" }, log);
  try {
    const applied = await migrate(database);
    for (const { version, name } of applied) log.info({ version, name }, "migrated");
    if (applied.length === 0) log.info("the schema is up to date");
    const password = config.admin.password ?? madeUpPassword();
    if (await createFirstAdmin(database, config.admin.name, password)) {
      log.info({ event: "admin_created", name: config.admin.name }, "created the first admin");
      // Printed once and kept nowhere; not through the log, which redacts nothing.
      if (config.admin.password === null) process.stdout.write(`admin password, shown once: ${password}\n`);
    }
  } finally {
    await database.close();
  }
}

/**
 * `parley admin create NAME`: an admin with `ADMIN_PASSWORD`, or a made-up one that is printed once.
 * @throws ConfigError for a name that nobody may have.
 */
export async function createAdmin(config: MigrationConfig, name: string): Promise<void> {
  const checked = userName.safeParse(name);
  if (!checked.success)
    throw new ConfigError(`admin create NAME: ${checked.error.issues[0]?.message ?? "wrong"}`);
  const log = createLog(config.logLevel, null);
  const database = openDatabase({ url: config.url, pool: 1, name: "parley admin" }, log);
  try {
    const password = config.admin.password ?? madeUpPassword();
    await createUser(database, checked.data, password, "admin");
    process.stdout.write(`created the admin ${name}\n`);
    if (config.admin.password === null) process.stdout.write(`password, shown once: ${password}\n`);
  } finally {
    await database.close();
  }
}
