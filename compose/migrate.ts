import type { LogSink } from "./log.js";
import { describeExit, endChild, launch } from "./process.js";
import type { Program } from "./process.js";

function isAdminCreated(line: string): boolean {
  if (!line.includes("admin_created")) return false;
  try {
    return (JSON.parse(line) as { event?: unknown }).event === "admin_created";
  } catch {
    return false;
  }
}

/** Runs the migration to its end and tells whether it made the first admin; rejects when it failed or was stopped. */
export async function migrate(
  program: Program,
  log: LogSink,
  stopped: AbortSignal,
): Promise<{ adminCreated: boolean }> {
  let adminCreated = false;
  let lastLine = "";
  const child = await launch(program, (line) => {
    adminCreated ||= isAdminCreated(line);
    lastLine = line;
    log.line(line);
  });
  const end = (): void => void endChild(child, [["SIGTERM", 5_000]]);
  if (stopped.aborted) end();
  stopped.addEventListener("abort", end);
  const exit = await child.exited;
  stopped.removeEventListener("abort", end);
  if (exit.code !== 0) throw new Error(`migrate ${describeExit(exit)}; its last line: ${lastLine}`);
  return { adminCreated };
}
