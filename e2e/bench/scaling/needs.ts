import type { Costs } from "./costs.js";
import { busyMax, heardBeats, looks } from "./counts.js";
import { demandOf, total, type Demand, type Measures } from "./demand.js";
import type { Population } from "./population.js";

const nodesMax = 5000;

/** Numbers of nodes to try: all small ones, then in steps of 2 %. */
function* tries(): Generator<number> {
  for (let nodes = 1; nodes <= nodesMax; nodes = Math.max(nodes + 1, Math.floor(nodes * 1.02))) yield nodes;
}

/** Busy part of one node's core. */
export const busyOf = ({ nodes, nodeCores }: Demand): number => total(nodeCores) / nodes;

/** Part of it that each node pays only because the others are there: more nodes do not make it less. */
export const sharedOf = ({ nodes, nodeCores }: Demand): number => nodeCores["every node"] / nodes;

/** The fewest nodes that are not too busy; where more nodes only cost more, those that are least busy. */
export function leastNodes(costs: Costs, population: Population, measures: Measures): Demand {
  const demand = demandOf(costs, population, measures);
  let best = demand(1);
  for (const nodes of tries()) {
    if (busyOf(best) <= busyMax) return best;
    const asked = demand(nodes);
    if (busyOf(asked) < busyOf(best)) best = asked;
  }
  return best;
}

/** Busy cores of Redis where one server has messages and another, `CACHE_REDIS_URL`, all that is kept. */
export function redisSplit({ redisCores }: Demand): { messages: number; kept: number } {
  const messages = redisCores.rooms + redisCores["base channels"];
  return { messages, kept: total(redisCores) - messages };
}

/** What each further instance costs, a second, in µs: one node, and Redis for each pair of nodes. */
export function pairCosts(
  { heard, record, redisDelivery }: Costs,
  hintsPerSecond: number,
): { node: number; redis: number } {
  const messages = heardBeats + hintsPerSecond;
  return {
    node: messages * heard + looks * record.node,
    redis: messages * redisDelivery + looks * record.redis,
  };
}

/** Number of nodes at which that takes `part` of a core: of each node, and of Redis. */
export function pairWalls(
  costs: Costs,
  hintsPerSecond: number,
  part: number,
): { node: number; redis: number } {
  const { node, redis } = pairCosts(costs, hintsPerSecond);
  return { node: Math.floor((part * 1e6) / node), redis: Math.floor(Math.sqrt((part * 1e6) / redis)) };
}

/** The most connections with which a server, of which `cores` are busy, is not too busy. */
export function wallOf(
  costs: Costs,
  measures: Measures,
  populationOf: (connections: number) => Population,
  cores: (demand: Demand) => number,
): number {
  let [fits, tooMany] = [100, 10_000_000];
  const isTooMuch = (connections: number) => {
    const asked = leastNodes(costs, populationOf(connections), measures);
    return cores(asked) > busyMax;
  };
  if (isTooMuch(fits)) return 0;
  while (tooMany / fits > 1.05) {
    const middle = Math.round(Math.sqrt(fits * tooMany));
    if (isTooMuch(middle)) tooMany = middle;
    else fits = middle;
  }
  return fits;
}
