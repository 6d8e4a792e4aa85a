import { expect, it } from "vitest";
import { nodesWithMembers, populationOf, roomGroups } from "./population.js";

const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);

it("has a place for every room of every user, and no room above the largest", () => {
  const groups = roomGroups(populationOf(20_000));
  expect(sum(groups.map(({ count }) => count))).toBe(2000);
  expect(sum(groups.map(({ size, count }) => size * count))).toBeCloseTo(20_000 * 5, 3);
  expect(groups[0]?.size).toBeCloseTo(1000, 6);
  expect(groups.at(-1)?.size).toBeLessThan(50);
});

it("has rooms whose size falls with their rank, as Zipf's law says", () => {
  const groups = roomGroups({ ...populationOf(20_000), largest: 1e9 });
  expect((groups[0]?.size ?? 0) / (groups[9]?.size ?? 1)).toBeCloseTo(10, 6);
});

it("expects one node for one member, and all nodes for very many", () => {
  expect(nodesWithMembers(1, 20)).toBeCloseTo(1, 9);
  expect(nodesWithMembers(2, 2)).toBe(1.5);
  expect(nodesWithMembers(10_000, 20)).toBeCloseTo(20, 6);
});
