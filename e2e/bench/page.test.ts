import { expect, it } from "vitest";
import { chartOf, fillPage } from "./page.js";

it("puts its part at the end of a page, and then always in the same place", () => {
  const first = fillPage("# Performance\n\nBefore.\n", "one");
  expect(first).toContain("Before.");
  const page = first.replace("to here -->\n", "to here -->\n\nAfter.\n");
  const second = fillPage(page, "two");
  expect(second).toContain("two");
  expect(second).not.toContain("one");
  expect(second).toMatch(/Before\.[^]*two[^]*After\./);
  expect(fillPage(second, "two")).toBe(second);
});

it("makes a group of bars for each work", () => {
  const row = (work: string, subject: string, cpu: number) => ({
    scenario: "fan-out",
    work,
    subject,
    figures: { cpu },
  });
  const rows = [row("hot", "parley", 1), row("hot", "plain", 2), row("many", "parley", 3)];
  expect(chartOf(rows, { scenario: "fan-out", figure: "cpu", title: "t" }).groups).toEqual([
    {
      name: "hot",
      bars: [
        { name: "parley", value: 1 },
        { name: "plain", value: 2 },
      ],
    },
    { name: "many", bars: [{ name: "parley", value: 3 }] },
  ]);
});
