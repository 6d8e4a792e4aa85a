import type { Log } from "../metrics/log.js";

/** A running role. */
export interface Role {
  log: Log;
  /** Ends it in good order; the caller keeps the deadline. */
  stop(): Promise<void>;
}
