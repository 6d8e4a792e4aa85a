import type { Database, Queries } from "../database/pool.js";
import { messageOf, type Log } from "../metrics/log.js";

/** Work to be done every so often by exactly one process of the cluster (L16). */
export interface ScheduledTask {
  name: string;
  everyMs: number;
  /** Runs inside the transaction that books the run: what it does to the database is done once or not at all. */
  run(connection: Queries): Promise<Record<string, number>>;
}

/**
 * Runs the task if it is due and nobody else is at it: its row is locked for as long as it runs, and the next time
 * is booked in the same transaction, by the database's clock. Returns whether this call ran it.
 */
export async function runIfDue(
  database: Database,
  task: ScheduledTask,
  by: string,
  log: Log,
): Promise<boolean> {
  return database.transaction(async (connection) => {
    const due = await connection.query(
      "SELECT 1 FROM scheduled_tasks WHERE name = $1 AND next_run_at <= now() FOR UPDATE SKIP LOCKED",
      [task.name],
    );
    if (due.rowCount === 0) return false;
    const result = await task.run(connection);
    await connection.query(
      `UPDATE scheduled_tasks SET last_run_at = now(), last_run_by = $2, runs = runs + 1,
         next_run_at = now() + $3 * interval '1 millisecond' WHERE name = $1`,
      [task.name, by, task.everyMs],
    );
    log.info({ task: task.name, ...result }, "scheduled task done");
    return true;
  });
}

/** Looks every second whether a task is due; ends with `stop()`, which waits for a run under way. */
export function startSchedule(
  database: Database,
  tasks: ScheduledTask[],
  by: string,
  log: Log,
): { stop(): Promise<void> } {
  let running: Promise<unknown> | null = null;

  async function round(): Promise<void> {
    for (const task of tasks) {
      try {
        await database.query(
          "INSERT INTO scheduled_tasks (name, next_run_at) VALUES ($1, now()) ON CONFLICT DO NOTHING",
          [task.name],
        );
        await runIfDue(database, task, by, log);
      } catch (error) {
        log.warn({ task: task.name, error: messageOf(error) }, "scheduled task failed; it is tried again");
      }
    }
  }

  const timer = setInterval(() => {
    running ??= round().finally(() => (running = null));
  }, 1000);

  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
