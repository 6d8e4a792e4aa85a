import type { Database } from "../database/pool.js";

/**
 * Asks for what only one process may do. One statement takes a free or expired lease or renews the own one, by the
 * database's clock. While Postgres is away the answer stays as it was: nobody else can take the lease either.
 */
export function createLease(
  database: Database,
  name: string,
  holder: string,
  durationMs: number,
): () => Promise<boolean> {
  let held = false;
  return async () => {
    const asked = database.query(
      `INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, now() + $3 * interval '1 millisecond')
       ON CONFLICT (name) DO UPDATE SET
         fence = leases.fence + (leases.holder <> excluded.holder)::int,
         holder = excluded.holder, expires_at = excluded.expires_at
       WHERE leases.holder = excluded.holder OR leases.expires_at < now() RETURNING fence`,
      [name, holder, durationMs],
    );
    held = await asked.then(({ rowCount }) => rowCount === 1).catch(() => held);
    return held;
  };
}
