import { expect, it } from "vitest";
import { median, mergeRounds, type Row } from "./figures.js";

it("takes the middle, or what is between the two in the middle", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([1, 2, 4, 100])).toBe(3);
  expect(median([7])).toBe(7);
});

it("puts rounds together by work and subject, figure by figure", () => {
  const row = (subject: string, cpu: number, p99?: number): Row => ({
    scenario: "fan-out",
    work: "hot",
    subject,
    figures: { cpu, ...(p99 === undefined ? {} : { p99 }) },
  });
  const merged = mergeRounds([row("a", 1, 30), row("b", 9), row("a", 3), row("a", 2, 10)]);
  expect(merged.map(({ subject, figures }) => [subject, figures])).toEqual([
    ["a", { cpu: 2, p99: 20 }],
    ["b", { cpu: 9 }],
  ]);
});
