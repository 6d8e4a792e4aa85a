import { checkLogs } from "./check-log.js";
import { checkViews } from "./check-views.js";
import type { RunRecord } from "./record.js";
import type { Violation } from "./violation.js";

/** Finds every breach of the promise in the record of a run; pure. */
export function check(record: RunRecord): Violation[] {
  return [
    ...checkLogs(record),
    ...checkViews(record.views, record.logs),
    ...record.crashed.map((what) => ({ rule: "crashed" as const, what })),
    ...record.turnedAway.map(({ client, what, code }) => ({
      rule: "turnedAway" as const,
      what: `${client}: ${what}: ${code}`,
    })),
  ];
}
