import { expect, it } from "vitest";
import { busyMax } from "./counts.js";
import { demandOf, total } from "./demand.js";
import { busyOf, leastNodes, pairCosts, pairWalls, redisSplit, wallOf } from "./needs.js";
import { populationOf } from "./population.js";
import { pricesOf } from "./sample.js";

const measures = { presence: "off" } as const;
const message = { node: 200, redis: 30, database: 60 };
const costs = pricesOf({ message, delivery: 9, heard: 30, record: { node: 60, redis: 5, database: 0 } });

it("takes the fewest nodes that are not too busy", () => {
  const population = populationOf(50_000);
  const least = leastNodes(costs, population, measures);
  expect(busyOf(least)).toBeLessThanOrEqual(busyMax);
  expect(busyOf(demandOf(costs, population, measures)(least.nodes - 1))).toBeGreaterThan(busyMax);
});

it("takes the least busy number where none is enough", () => {
  const dear = pricesOf({ delivery: 9, heard: 30_000 });
  const population = populationOf(100_000);
  const least = leastNodes(dear, population, measures);
  const demand = demandOf(dear, population, measures);
  expect(busyOf(least)).toBeGreaterThan(busyMax);
  expect(busyOf(demand(Math.round(least.nodes * 1.5)))).toBeGreaterThan(busyOf(least));
  expect(busyOf(demand(Math.round(least.nodes / 1.5)))).toBeGreaterThan(busyOf(least));
});

it("finds the number of nodes at which the others cost a tenth of a core", () => {
  const walls = pairWalls(costs, 2, 0.1);
  const each = pairCosts(costs, 2);
  expect(each.node).toBe(4 * 30 + 60);
  expect(walls.node).toBe(Math.floor(1e5 / 180));
  expect(walls.redis ** 2 * each.redis).toBeLessThanOrEqual(1e5);
  expect((walls.redis + 1) ** 2 * each.redis).toBeGreaterThan(1e5);
});

it("finds the most connections that one core of Postgres can take", () => {
  const wall = wallOf(costs, measures, populationOf, ({ databaseCores }) => databaseCores);
  // A message a minute from each, 60 µs for each of them.
  const exact = busyMax / ((1 / 60) * 60e-6);
  expect(wall).toBeGreaterThan(exact * 0.95);
  expect(wall).toBeLessThanOrEqual(exact);
});

it("splits Redis into messages and what is kept, and loses nothing", () => {
  const asked = demandOf(costs, populationOf(10_000), measures)(10);
  const { messages, kept } = redisSplit(asked);
  expect(messages + kept).toBeCloseTo(total(asked.redisCores));
});
