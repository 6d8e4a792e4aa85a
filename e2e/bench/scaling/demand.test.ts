import { expect, it } from "vitest";
import { demandOf, total } from "./demand.js";
import type { Population } from "./population.js";
import { pricesOf } from "./sample.js";

/** Ten rooms of ten, everybody in one, ten messages a second in all. */
const small: Population = {
  connections: 100,
  rooms: 10,
  roomsEach: 1,
  skew: 0,
  largest: 10,
  messagesPerUserPerSecond: 0.1,
  sessionMinutes: 30,
};
const off = { presence: "off" } as const;
const million = { node: 1e6, redis: 1e6, database: 1e6 };

it("charges a message and each of its deliveries once", () => {
  const asked = demandOf(pricesOf({ message: million, delivery: 1e6 }), small, off)(1);
  expect(asked.messages).toBeCloseTo(10);
  expect(asked.nodeCores.messages).toBeCloseTo(10);
  expect(asked.nodeCores.deliveries).toBeCloseTo(100);
  expect(asked.databaseCores).toBeCloseTo(10);
});

it("publishes nothing with one node, and to the nodes with members otherwise", () => {
  const costs = pricesOf({ publish: 1e6, redisDelivery: 1e6, furtherNode: 1e6 });
  const [alone, two] = [1, 2].map(demandOf(costs, small, off));
  expect(alone?.redisCores.rooms).toBe(0);
  const nodes = 2 * (1 - 0.5 ** 10);
  expect(two?.nodesOfMessage).toBeCloseTo(nodes);
  expect(two?.redisCores.rooms).toBeCloseTo(10 + 10 * nodes);
  expect(two?.nodeCores["further nodes"]).toBeCloseTo(10 * (nodes - 1));
  expect(two?.headRows).toBeCloseTo(10 * nodes);
});

it("has what every node pays for the others grow with their square", () => {
  const demand = demandOf(pricesOf({ heard: 1, record: { ...million, node: 10 } }), small, off);
  const [few, many] = [demand(10), demand(100)];
  expect(few.nodeCores["every node"] * 1e6).toBeCloseTo(10 * 9 * (2 + 10));
  expect(many.nodeCores["every node"] / few.nodeCores["every node"]).toBeCloseTo((100 * 99) / (10 * 9));
  expect(few.redisCores["every node"]).toBeCloseTo(10 * 9);
});

it("tells changes of presence to everybody, at most once in the time that they are gathered for", () => {
  const busy = { ...small, connections: 100_000, rooms: 10_000 };
  const costs = pricesOf({ loneDelivery: 1e6 });
  const presence = (debounce: number) =>
    demandOf(costs, busy, { presence: "counts", debounce })(1).nodeCores.presence;
  expect(presence(0.5) / 100_000).toBeGreaterThan(1.9);
  expect(presence(0.5) / 100_000).toBeLessThan(2);
  expect(presence(10) / 100_000).toBeLessThan(0.1);
  expect(demandOf(costs, busy, off)(1).nodeCores.presence).toBe(0);
});

it("has all of a room on one node when so many go together", () => {
  const gathered = demandOf(pricesOf({}), small, { ...off, together: 10 })(50);
  expect(gathered.nodesOfMessage).toBeCloseTo(1);
  const half = demandOf(pricesOf({}), small, { ...off, together: 5 })(50);
  expect(half.nodesOfMessage).toBeCloseTo(1.98);
});

it("counts what happens each second", () => {
  const { publishes, redisDeliveries, statements, headRows } = demandOf(pricesOf({}), small, off)(3);
  const nodes = 3 * (1 - (2 / 3) ** 10);
  expect(publishes).toBeCloseTo(10 + 3 * 3);
  expect(redisDeliveries).toBeCloseTo(10 * nodes + 3 * 2 * 2 + 3);
  expect(statements).toBeCloseTo(10 + 3 * 2.2);
  expect(headRows).toBeCloseTo(10 * nodes);
  expect(total({ a: 1, b: 2 })).toBe(3);
});
