import { mergeMeasures, type Measures } from "./measures.js";
import type { RunResult } from "./run.js";
import { spread } from "./spread.js";

const summarizeMeasures = ({ acked, shown, faults, redisDown, redisDownAcross, ...counts }: Measures) => ({
  ...counts,
  acked: spread(acked),
  shown: spread(shown),
  redisDown: { ...redisDown, across: spread(redisDownAcross) },
  faults: Object.fromEntries(
    Object.entries(faults).map(([name, fault]) => [
      name,
      {
        times: fault.times,
        acked: spread(fault.acked),
        shown: spread(fault.shown),
        recovery: spread(fault.recovery),
      },
    ]),
  ),
});

/** What is kept of several runs: each with its counts and violations, and the figures of all together. */
export const summarize = (results: readonly RunResult[]) => ({
  runs: results.map(({ options, violations, quietMs, memory, notes, measures: { sends, actions } }) => ({
    ...options,
    sends,
    actions,
    quietMs,
    memory,
    notes,
    violations,
  })),
  all: summarizeMeasures(mergeMeasures(results.map(({ measures }) => measures))),
  behindNginx: summarizeMeasures(mergeMeasures(results.map(({ behindNginx }) => behindNginx))),
});
