import { expect, it } from "vitest";
import { format } from "prettier";
import { scalingSections } from "./page.js";
import { measuredRows } from "./sample.js";

const result = {
  machine: "a machine",
  at: "2026-11-21T00:00:00.000Z",
  rounds: 3,
  rows: measuredRows({ many: 20, hot: 10 }),
  failures: [],
};

it("says nothing when something was not measured", () => {
  expect(scalingSections({ ...result, rows: result.rows.slice(1) })).toBeNull();
});

it("writes all tables as the formatter of the pages does, with a number in every cell that has one", async () => {
  const page = scalingSections(result) ?? "";
  for (const size of ["10,000", "100,000", "1,000,000"]) expect(page).toContain(`| ${size.padStart(11)} |`);
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
  expect(await format(page, { parser: "markdown", printWidth: 110, proseWrap: "preserve" })).toBe(
    `${page}\n`,
  );
});
