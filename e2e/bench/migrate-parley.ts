import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { migrate } from "../../compose/migrate.js";
import { projectRoot } from "../../compose/paths.js";
import type { Program } from "../../compose/process.js";

/** The built program of all roles. */
export const parleyProgram = join(projectRoot, "dist/server/main.js");

/** Makes Parley's tables. */
export async function migrateParley({ dataDir, databaseUrl }: { dataDir: string; databaseUrl: string }) {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, ADMIN_PASSWORD: randomUUID() };
  const program: Program = {
    name: "migrate",
    command: process.execPath,
    args: [parleyProgram, "migrate"],
    cwd: dataDir,
    env: { ...env, DATA_DIR: dataDir },
  };
  await migrate(program, { line: () => {} } as never, new AbortController().signal);
}
