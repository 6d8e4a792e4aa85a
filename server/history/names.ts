import type { Queries } from "../database/pool.js";
import { Failure } from "../failure.js";

/** The name under which a log tells of a user, of a guest's by his session; `not_found` for an id nobody has. */
export async function nameOf(queries: Queries, userId: string): Promise<string> {
  const { rows } = await queries.query<{ name: string }>(
    `SELECT name FROM users WHERE id = ($1::text)::uuid
     UNION ALL SELECT sess -> 'user' ->> 'name' FROM sessions WHERE sess -> 'user' ->> 'id' = $1::text LIMIT 1`,
    [userId],
  );
  if (rows[0] === undefined) throw new Failure("not_found", "no such user");
  return rows[0].name;
}
