import pg from "pg";
import { Failure } from "../failure.js";
import type { Log } from "../metrics/log.js";

/** What a query needs: a pool, or one connection inside a transaction. */
export interface Queries {
  /** `timeoutMs`: where an answer is needed sooner than the pool's own deadline. */
  query<R extends pg.QueryResultRow>(
    sql: string,
    values?: unknown[],
    timeoutMs?: number,
  ): Promise<pg.QueryResult<R>>;
}

/** Connections to Postgres, bounded, with deadlines on waiting for one and on each statement's answer. */
export interface Database extends Queries {
  /** Runs `work` in one transaction on one connection; rolls back when it throws. */
  transaction<T>(work: (connection: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const connectTimeoutMs = 2000;
const queryTimeoutMs = 5000;

/** Opens a pool; it connects by need, so Postgres may be away now. A lost database is `unavailable`, retryable. */
export function openDatabase(options: { url: string; pool: number; name: string }, log: Log): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.pool,
    application_name: options.name,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
  });
  pool.on("error", (error) => log.warn({ error: error.message }, "an idle database connection was lost"));

  const query = async <R extends pg.QueryResultRow>(
    on: pg.Pool | pg.PoolClient,
    sql: string,
    values?: unknown[],
    timeoutMs = queryTimeoutMs,
  ) => {
    try {
      // The driver knows the option for one query, its types do not.
      return await on.query<R>({ text: sql, values, query_timeout: timeoutMs } as pg.QueryConfig);
    } catch (error) {
      throw isLost(error) ? lost() : error;
    }
  };

  return {
    query: (sql, values, timeoutMs) => query(pool, sql, values, timeoutMs),
    async transaction(work) {
      const connection = await pool.connect().catch((error: unknown) => {
        throw isLost(error) ? lost() : error;
      });
      let broken: Error | undefined;
      // The pool listens only while a connection is idle: without a listener a lost one would end the process.
      const noteLost = (error: Error) => void (broken = error);
      connection.on("error", noteLost);
      try {
        await query(connection, "BEGIN");
        const result = await work({
          query: (sql, values, timeoutMs) => query(connection, sql, values, timeoutMs),
        });
        await query(connection, "COMMIT");
        return result;
      } catch (error) {
        await connection.query("ROLLBACK").catch((rollback: Error) => (broken = rollback));
        throw error;
      } finally {
        connection.release(broken);
        connection.off("error", noteLost);
      }
    },
    close: () => pool.end(),
  };
}

const lost = () => new Failure("unavailable", "the database does not answer", 1000);

/**
 * Anything that is not an answer of Postgres about the statement itself: SQLSTATE 08, 57P, 53, a lock not had in time
 * (55P03), a statement cancelled (57014), a transaction to be tried again (40), or no SQLSTATE.
 */
function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string") return /timeout|terminated|closed/i.test(error.message);
  return /^(08|57|53|40|55P03|25006)/.test(code) || /^E[A-Z]+$/.test(code);
}
