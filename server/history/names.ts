import type { Queries } from "../database/pool.js";

/** The name under which a log tells of a user; guests have no account, so no name that lasts. */
export async function nameOf(queries: Queries, userId: string): Promise<string> {
  const { rows } = await queries.query<{ name: string }>("SELECT name FROM users WHERE id = $1", [userId]);
  return rows[0]?.name ?? "a guest";
}
