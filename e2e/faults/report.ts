import type { Measures } from "./measures.js";
import type { RunOptions, RunResult } from "./run.js";
import { describeSpread } from "./spread.js";
import type { Violation } from "./violation.js";

const shownViolations = 20;

function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd())
    .join("\n");
}

/** The command that does this run again. */
export function repeatCommand({
  seed,
  seconds,
  blows,
  people,
  rooms,
  perSecond,
  together,
  only,
}: RunOptions): string {
  const wanted = { seed, seconds, blows, people, rooms, rate: perSecond, together, only };
  const flags = Object.entries(wanted).filter(([, value]) => value !== undefined && value !== Infinity);
  return `npm run soak -- ${flags.map(([name, value]) => `--${name} ${value}`).join(" ")}`;
}

function faultTable({ faults }: Measures): string {
  const rows = Object.entries(faults).map(([name, { times, acked, shown, recovery }]) => [
    name,
    String(times),
    String(shown.length),
    describeSpread(acked),
    describeSpread(shown),
    describeSpread(recovery),
  ]);
  return table([["fault", "times", "events", "to the ack", "shown everywhere", "recovery"], ...rows]);
}

/** The figures of one or more runs. */
export function describeMeasures(all: Measures, behindNginx: Measures): string {
  const { redisDown, redisDownAcross } = all;
  return [
    "ms, as p50 / p99 / max; to the ack from the user's hand, shown everywhere from the commit:",
    `everything: to the ack ${describeSpread(all.acked)}, shown everywhere ${describeSpread(all.shown)}`,
    `Redis down: ${redisDown.acked} of ${redisDown.actions} actions acked, ${redisDown.ackedInTime} within 1 s; ` +
      `shown on another node ${describeSpread(redisDownAcross)}`,
    faultTable(all),
    "among people behind nginx alone:",
    faultTable(behindNginx),
  ].join("\n");
}

/** The first violations, by rule, and how many more there are. */
function describeViolations(violations: readonly Violation[]): string[] {
  const lines = violations.slice(0, shownViolations).map(({ rule, what }) => `  ${rule}: ${what}`);
  const more = violations.length - lines.length;
  return more > 0 ? [...lines, `  and ${more} more`] : lines;
}

/** What a run found, in a few lines, and how to do it again where something is wrong. */
export function describeRun({ options, measures, violations, quietMs, notes }: RunResult): string {
  const others = measures.actions - measures.sends;
  return [
    `seed ${options.seed}: ${measures.sends} messages, ${others} other actions, at rest after ${quietMs} ms, ` +
      `${violations.length} violations`,
    ...describeViolations(violations),
    ...notes.map((note) => `  note: ${note}`),
    ...(violations.length > 0 ? [`  again: ${repeatCommand(options)}`] : []),
  ].join("\n");
}
