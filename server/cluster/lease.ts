import type { Database } from "../database/pool.js";

/** Whether the lease is held, and what its holder knew when it was asked for last. */
export type Lease<S> = { held: false } | { held: true; previous: S | null };

/** What only one process may do, as one of those who would. */
export interface Candidate<S> {
  /** Takes the lease or renews it; a `state` of null keeps the one before. */
  ask(state: S | null): Promise<Lease<S>>;
  /** Gives the lease up where it is held: another may have it at once. Never rejects. */
  release(): Promise<void>;
}

interface Row<S> {
  fence: string;
  previous: S | null;
}

/**
 * A candidate for what only one process may do. One statement takes a free or expired lease or renews the own one, by
 * the database's clock, and leaves `state` for the next ask, whoever's: a new holder goes on exactly where the last one
 * ended. The fence tells whether somebody else held it meanwhile; if not, the own memory counts. While Postgres is away
 * the answer stays as it was: nobody else can take the lease either.
 */
export function createLease<S>(
  database: Database,
  name: string,
  holder: string,
  durationMs: number,
): Candidate<S> {
  let own: { fence: string; state: S | null } | null = null;

  /** The lease's row; undefined where somebody else has it, null where Postgres does not answer. */
  async function read(state: S | null): Promise<Row<S> | undefined | null> {
    const asked = database.query<Row<S>>(
      `INSERT INTO leases (name, holder, expires_at, state)
       VALUES ($1, $2, now() + $3 * interval '1 millisecond', $4)
       ON CONFLICT (name) DO UPDATE SET
         fence = leases.fence + (leases.holder <> excluded.holder)::int,
         holder = excluded.holder, expires_at = excluded.expires_at,
         state = coalesce(excluded.state, leases.state)
       WHERE leases.holder = excluded.holder OR leases.expires_at < now()
       -- As it was before this statement.
       RETURNING fence, (SELECT state FROM leases WHERE name = $1) AS previous`,
      [name, holder, durationMs, state === null ? null : JSON.stringify(state)],
    );
    return asked.then(({ rows }) => rows[0]).catch(() => null);
  }

  return {
    async ask(state) {
      const row = await read(state);
      if (row === undefined || (row === null && own === null)) {
        own = null;
        return { held: false };
      }
      const fence = row?.fence ?? own?.fence ?? "";
      const previous = own?.fence === fence ? own.state : (row?.previous ?? null);
      own = { fence, state: state ?? previous };
      return { held: true, previous };
    },
    async release() {
      await database
        .query("UPDATE leases SET expires_at = now() - interval '1 second' WHERE name = $1 AND holder = $2", [
          name,
          holder,
        ])
        .catch(() => {});
    },
  };
}
