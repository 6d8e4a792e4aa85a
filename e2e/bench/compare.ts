import { figureOf, type Row } from "./figures.js";
import type { BenchResult } from "./result.js";

/** A cost of Parley. */
interface Cost {
  scenario: string;
  work: string;
  figure: string;
  value: number;
  unit: string;
}

/** Something that became dearer, or cheaper, by more than noise. */
export interface Change {
  what: string;
  before: number;
  now: number;
  /** What the values are: multiples of the plain server's cost, or µs. */
  unit: string;
  isSlower: boolean;
}

/** The costs that hold still enough to be compared; rates and times by the wall clock do not. */
const figures = [
  "server CPU s/M",
  "node + database µs",
  "node µs/connect",
  "heap KiB/connection",
  "nodes + redis µs",
  "node + nginx CPU s/M",
];

/** More than this factor is no noise: CPU ratios of one run differ by 5 to 10 % from run to run, those of a single round more. */
const noiseOf = ({ rounds }: Pick<BenchResult, "rounds">) => (rounds >= 3 ? 1.2 : 1.4);

/** Parley's costs as multiples of the plain server's at the same work in the same run. */
function costsToPlain(rows: readonly Row[]): Cost[] {
  return rows
    .filter(({ subject }) => subject === "parley")
    .flatMap(({ scenario, work, figures: own }) => {
      const isPlain = (row: Row) =>
        row.scenario === scenario && row.work === work && row.subject.startsWith("plain");
      const plain = rows.find(isPlain)?.figures;
      return figures.flatMap((figure) => {
        const [dividend, divisor] = [own[figure], plain?.[figure]];
        if (dividend === undefined || divisor === undefined || divisor === 0) return [];
        return [{ scenario, work, figure, value: dividend / divisor, unit: "times plain's" }];
      });
    });
}

/** What the seal costs has no counterpart in the plain server. */
const sealCosts = (rows: readonly Row[]): Cost[] =>
  ["seal µs", "open µs"].flatMap((figure) => {
    const value = figureOf(rows, "seal", "one message", "parley", figure);
    return value === undefined ? [] : [{ scenario: "seal", work: "one message", figure, value, unit: "µs" }];
  });

const costsOf = ({ rows }: Measured): Cost[] => [...costsToPlain(rows), ...sealCosts(rows)];

type Measured = Pick<BenchResult, "rows" | "rounds">;

/** Compares what both results measured; only what changed beyond noise is told. */
export function compare(before: Measured, now: Measured): Change[] {
  const noise = Math.max(noiseOf(before), noiseOf(now));
  const earlier = costsOf(before);
  return costsOf(now).flatMap(({ scenario, work, figure, value, unit }) => {
    const isSame = (cost: Cost) => cost.scenario === scenario && cost.work === work && cost.figure === figure;
    const same = earlier.find(isSame);
    const factor = value / (same?.value ?? value);
    if (same === undefined || (factor <= noise && factor >= 1 / noise)) return [];
    const what = `${scenario}, ${work}: ${figure}`;
    return [{ what, before: same.value, now: value, unit, isSlower: factor > 1 }];
  });
}

/** Says it in lines. */
export function describeChanges(changes: readonly Change[]): string {
  if (changes.length === 0) return "nothing changed beyond noise";
  return changes
    .map(({ what, before, now, unit, isSlower }) => {
      const word = isSlower ? "SLOWER" : "faster";
      return `${word}: ${what} went from ${before.toFixed(2)} to ${now.toFixed(2)} ${unit}`;
    })
    .join("\n");
}
