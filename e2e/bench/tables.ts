import type { Figures, Row } from "./figures.js";

/** A value as people read it: three digits that count, thousands apart. */
export function readable(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "-";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const [whole = "", fraction] = value.toFixed(Math.min(digits, 3)).split(".");
  const apart = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** A Markdown table whose columns are as wide as need be; numbers to the right. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) =>
    Math.max(3, name.length, ...lines.map((line) => (line[i] ?? "").length)),
  );
  const isNumber = head.map((_, i) => lines.every((line) => /^[-\d,.]*$/.test(line[i] ?? "")));
  const cell = (text: string, i: number) =>
    isNumber[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  const rule = widths.map((width, i) => (isNumber[i] ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [row(head), `| ${rule.join(" | ")} |`, ...lines.map(row)].join("\n");
}

/** The rows of one scenario as a table, one line for each work and subject, those of one work together. */
export function rowsTable(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const works = [...new Set(rows.map(({ work }) => work))];
  const lines = works.flatMap((name) => rows.filter(({ work }) => work === name));
  const values = (figures: Figures) => names.map((name) => readable(figures[name]));
  return markdownTable(
    ["work", "server", ...names],
    lines.map(({ work, subject, figures }) => [work, subject, ...values(figures)]),
  );
}
