/** Measured values by name; the name says the unit. */
export type Figures = Record<string, number>;

/** What was measured of one subject at one work. */
export interface Row {
  scenario: string;
  work: string;
  subject: string;
  figures: Figures;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below = NaN, above = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (below + above) / 2;
}

/** Puts the rows of several rounds together: one for each work and subject, every figure the median of its rounds. */
export function mergeRounds(rows: readonly Row[]): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.scenario, row.work, row.subject]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const first = group[0] as Row;
    const names = new Set(group.flatMap(({ figures }) => Object.keys(figures)));
    const values = (name: string) =>
      group.map(({ figures }) => figures[name]).filter((value) => value !== undefined);
    const figures = Object.fromEntries([...names].map((name) => [name, median(values(name))]));
    return { ...first, figures };
  });
}

/** A figure of a row; undefined when it was not measured. */
export const figureOf = (
  rows: readonly Row[],
  scenario: string,
  work: string,
  subject: string,
  name: string,
): number | undefined =>
  rows.find((row) => row.scenario === scenario && row.work === work && row.subject === subject)?.figures[
    name
  ];
