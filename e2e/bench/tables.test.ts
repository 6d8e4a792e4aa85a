import { expect, it } from "vitest";
import { format } from "prettier";
import { markdownTable, readable, rowsTable } from "./tables.js";

it("writes three digits that count", () => {
  expect([0, 0.0123, 1.234, 12.34, 123.4, 1234.5, 1_234_567].map(readable)).toEqual([
    "0",
    "0.012",
    "1.23",
    "12.3",
    "123",
    "1,235",
    "1,234,567",
  ]);
  expect(readable(undefined)).toBe("-");
});

it("writes tables as the formatter of the pages does", async () => {
  const table = markdownTable(
    ["work", "µs"],
    [
      ["a long name", "1,234.5"],
      ["b", "-"],
    ],
  );
  expect(await format(table, { parser: "markdown", printWidth: 110 })).toBe(`${table}\n`);
});

it("has the servers of one work below each other, however they were measured", () => {
  const row = (work: string, subject: string) => ({ scenario: "s", work, subject, figures: { x: 1 } });
  const table = rowsTable([row("hot", "a"), row("many", "a"), row("hot", "b"), row("many", "b")]);
  const words = table
    .split("\n")
    .slice(2)
    .map((line) => line.match(/\w+/g)?.slice(0, 2).join(" "));
  expect(words).toEqual(["hot a", "hot b", "many a", "many b"]);
});

it("leaves open what one of the servers was not measured for", () => {
  const row = (subject: string, figures: Record<string, number>) => ({
    scenario: "s",
    work: "w",
    subject,
    figures,
  });
  const lines = rowsTable([row("a", { x: 1 }), row("b", { x: 2, y: 3 })]).split("\n");
  expect(lines[2]).toMatch(/\| 1\.00 \| +- \|$/);
});
