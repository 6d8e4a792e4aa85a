import type { Config } from "../config/config.js";
import { createLog, messageOf } from "../metrics/log.js";
import type { Role } from "./role.js";

/**
 * Runs a role until SIGTERM or SIGINT, then stops it within `shutdownTimeoutMs`, and ends the process: with 0, or with
 * 1 where it did not start, did not stop in time, or was stopped by an exception that nobody caught. A signal while it
 * starts ends it as well. An unhandled rejection is a defect: logged, and the process goes on.
 */
export async function runUntilSignal(config: Config, start: () => Promise<Role>): Promise<number> {
  const log = createLog(config.logLevel, { instanceId: config.instanceId, role: config.role });
  process.on("unhandledRejection", (reason) =>
    log.error({ error: messageOf(reason), defect: true }, "unhandled rejection"),
  );
  let exitCode = 0;
  process.on("uncaughtException", (error) => {
    exitCode = 1;
    log.fatal({ error: messageOf(error), stack: error.stack }, "uncaught exception");
    process.kill(process.pid, "SIGTERM");
  });

  // Kept for the whole stop: a second signal, as after an order to drain, must not cut it short.
  const signalled = new Promise<string>((resolve) => {
    process.on("SIGTERM", resolve);
    process.on("SIGINT", resolve);
  });
  const started = start().catch((error: unknown) => {
    log.fatal({ error: messageOf(error) }, "could not start");
    process.exit(1);
  });
  const first = await Promise.race([signalled, started]);
  const role = typeof first === "string" ? null : first;
  const signal = typeof first === "string" ? first : await signalled;
  log.info({ signal }, "stopping");

  const deadline = setTimeout(() => {
    log.error({ afterMs: config.shutdownTimeoutMs }, "not stopped in time");
    process.exit(1);
  }, config.shutdownTimeoutMs);
  await role?.stop();
  clearTimeout(deadline);
  log.info("stopped");
  // Nothing of a role that was still starting is worth waiting for.
  process.exit(exitCode);
}
