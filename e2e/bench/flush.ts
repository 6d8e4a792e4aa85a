import type { Services } from "./services.js";

/** Has the database wait this long more for each flush, as the disks of clouds do. */
export async function setFlush({ database }: Services, flushMs: number): Promise<void> {
  await database.query(`ALTER SYSTEM SET commit_delay = ${flushMs * 1000}`);
  await database.query("ALTER SYSTEM SET commit_siblings = 0");
  await database.query("SELECT pg_reload_conf()");
}
