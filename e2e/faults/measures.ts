import { followActions, type Course } from "./courses.js";
import type { ActionRecord, FaultRecord, RunRecord } from "./record.js";

/** What a fault did to the actions begun between it and the next one, and to the chat after it. All in ms. */
export interface FaultMeasures {
  times: number;
  /** From the user's hand to the ack. */
  acked: number[];
  /** From commit to being shown on every page that was open at the commit. */
  shown: number[];
  /** For each time: from the end of the cause until the last late event was shown; 0 where nothing was late. */
  recovery: number[];
}

/** The durations of a run, or of several. */
export interface Measures {
  sends: number;
  actions: number;
  acked: number[];
  shown: number[];
  /** By kind of fault; those that came two at once are one kind. */
  faults: Record<string, FaultMeasures>;
  /** Commit to shown, on clients of other nodes than the sender's, for what was committed while Redis was down. */
  redisDownAcross: number[];
  /** Actions begun while Redis was down, how many of them were acked at all, and how many within a second. */
  redisDown: { actions: number; acked: number; ackedInTime: number };
}

const inTimeMs = 1000;
const outage = new Set(["redis-kill", "redis-freeze"]);

const toAck = (courses: Course[]) => courses.map(({ entry, ackedAt }) => ackedAt - entry.invokedAt);
const toShown = (courses: Course[]) => courses.map(({ committedAt, shownAt }) => shownAt - committedAt);
const kindOf = ({ name, together }: FaultRecord) => (together ? "two at once" : name);

/** A fault has its time until the next one begins: what it came together with began with it. */
function timeOf({ startedAt, readyAt }: FaultRecord, all: readonly FaultRecord[]): (at: number) => boolean {
  const next = Math.min(...all.map((fault) => fault.startedAt).filter((start) => start > readyAt));
  return (at) => at >= startedAt && at < next;
}

function measureFault(fault: FaultRecord, all: readonly FaultRecord[], courses: Course[]): FaultMeasures {
  const isIts = timeOf(fault, all);
  const hit = courses.filter(({ entry }) => isIts(entry.invokedAt));
  const late = hit.filter(({ entry, shownAt }) => shownAt - entry.invokedAt > inTimeMs);
  const recovery = Math.max(0, ...late.map(({ shownAt }) => shownAt - fault.healedAt));
  return { times: 1, acked: toAck(hit), shown: toShown(hit), recovery: [recovery] };
}

/** The part of a record that is about people behind nginx: a client that goes to one node has to wait for that one. */
export function behindNginx(record: RunRecord): RunRecord {
  const views = record.views.filter(({ node }) => node === null);
  const clients = new Set(views.map(({ client }) => client));
  return { ...record, views, actions: record.actions.filter(({ client }) => clients.has(client)) };
}

/** Puts the measures of the same fault together. */
const mergeFaults = (parts: readonly FaultMeasures[]): FaultMeasures => ({
  times: parts.reduce((sum, { times }) => sum + times, 0),
  acked: parts.flatMap(({ acked }) => acked),
  shown: parts.flatMap(({ shown }) => shown),
  recovery: parts.flatMap(({ recovery }) => recovery),
});

const byKind = (parts: readonly (readonly [string, FaultMeasures])[]): Record<string, FaultMeasures> =>
  Object.fromEntries(
    [...new Set(parts.map(([kind]) => kind))]
      .sort()
      .map((kind) => [kind, mergeFaults(parts.filter(([other]) => other === kind).map(([, part]) => part))]),
  );

/** Takes a run's measures; `clockOffset` is what the database's clock is ahead of the record's. */
export function measure(record: RunRecord, clockOffset: number): Measures {
  const { actions, faults } = record;
  const courses = followActions(record, clockOffset);
  const outages = faults.filter(({ name, together }) => outage.has(name) && !together);
  const isOut = (at: number) => outages.some((fault) => at >= fault.startedAt && at <= fault.healedAt);
  const begun = actions.filter(({ invokedAt }) => isOut(invokedAt));
  const isInTime = ({ invokedAt, acks }: ActionRecord) => (acks[0]?.at ?? Infinity) - invokedAt <= inTimeMs;
  return {
    sends: actions.filter(({ action }) => action.name === "message:send").length,
    actions: actions.length,
    acked: toAck(courses),
    shown: toShown(courses),
    faults: byKind(faults.map((fault) => [kindOf(fault), measureFault(fault, faults, courses)])),
    redisDownAcross: courses.filter(({ committedAt }) => isOut(committedAt)).flatMap(({ across }) => across),
    redisDown: {
      actions: begun.length,
      acked: begun.filter(({ acks }) => acks.length > 0).length,
      ackedInTime: begun.filter(isInTime).length,
    },
  };
}

/** The measures of several runs as if they were one. */
export function mergeMeasures(runs: readonly Measures[]): Measures {
  const sum = (count: (run: Measures) => number) => runs.reduce((total, run) => total + count(run), 0);
  return {
    sends: sum(({ sends }) => sends),
    actions: sum(({ actions }) => actions),
    acked: runs.flatMap(({ acked }) => acked),
    shown: runs.flatMap(({ shown }) => shown),
    faults: byKind(runs.flatMap(({ faults }) => Object.entries(faults))),
    redisDownAcross: runs.flatMap(({ redisDownAcross }) => redisDownAcross),
    redisDown: {
      actions: sum(({ redisDown }) => redisDown.actions),
      acked: sum(({ redisDown }) => redisDown.acked),
      ackedInTime: sum(({ redisDown }) => redisDown.ackedInTime),
    },
  };
}
