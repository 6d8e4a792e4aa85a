import type { Queries } from "../database/pool.js";

/** Removes sessions past their end; returns how many. */
export async function removeExpiredSessions(queries: Queries): Promise<number> {
  const { rowCount } = await queries.query("DELETE FROM sessions WHERE expire < now()");
  return rowCount ?? 0;
}
