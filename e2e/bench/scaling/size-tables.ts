import { markdownTable, readable } from "../tables.js";
import type { Costs } from "./costs.js";
import { busyMax } from "./counts.js";
import { demandOf, total, type Demand, type Measures } from "./demand.js";
import { frameBytes } from "./frame.js";
import { busyOf, leastNodes, redisSplit, sharedOf, wallOf } from "./needs.js";
import { populationOf } from "./population.js";

const sizes = [10_000, 100_000, 1_000_000];

/** What can be set today, one after the other; the last one is not built. */
export const steps: { name: string; measures: Measures }[] = [
  { name: "defaults", measures: { presence: "on" } },
  { name: "counts", measures: { presence: "counts" } },
  { name: "counts, 10 s", measures: { presence: "counts", debounce: 10 } },
  { name: "gathered", measures: { presence: "counts", debounce: 10, together: 100 } },
];

const whole = (count: number) => Math.round(count).toLocaleString("en");
const percent = (part: number) => readable(part * 100);

interface Case {
  connections: number;
  name: string;
  demand: Demand;
}

const isTooMuch = (demand: Demand) => busyOf(demand) > busyMax;

/** A number to show where no number is enough. */
const usualNodes = (connections: number) => connections / 5000;

function demandFor(costs: Costs, connections: number, measures: Measures): Demand {
  const population = populationOf(connections);
  const least = leastNodes(costs, population, measures);
  return isTooMuch(least) ? demandOf(costs, population, measures)(usualNodes(connections)) : least;
}

const casesOf = (costs: Costs): Case[] =>
  sizes.flatMap((connections) =>
    steps.map(({ name, measures }) => ({
      connections,
      name,
      demand: demandFor(costs, connections, measures),
    })),
  );

function neededTable(cases: Case[]): string {
  const lines = cases.map(({ connections, name, demand }) => {
    const redis = redisSplit(demand);
    return [
      whole(connections),
      name,
      `${whole(demand.nodes)}${isTooMuch(demand) ? ", too few" : ""}`,
      percent(busyOf(demand)),
      percent(sharedOf(demand)),
      readable(demand.nodesOfMessage),
      percent(redis.messages),
      percent(redis.kept),
      percent(demand.databaseCores),
      readable(demand.heapMiB),
    ];
  });
  const head = [
    "connections",
    "with",
    "nodes",
    "a node's core %",
    "of it for other nodes %",
    "nodes of a message",
    "Redis: messages, core %",
    "Redis: kept, core %",
    "Postgres core %",
    "heap MiB of a node",
  ];
  return markdownTable(head, lines);
}

function countedTable(cases: Case[]): string {
  const bytes = frameBytes();
  const lines = cases.map(({ connections, name, demand }) => [
    whole(connections),
    name,
    whole(demand.messages),
    whole(demand.messages * demand.deliveriesOfMessage),
    readable((demand.messages * demand.deliveriesOfMessage * bytes) / 1e6),
    whole(demand.publishes),
    whole(demand.redisDeliveries),
    whole(demand.statements),
    whole(demand.headRows),
  ]);
  const head = [
    "connections",
    "with",
    "messages",
    "deliveries",
    "MB to clients",
    "Redis publishes",
    "Redis deliveries",
    "SQL statements, at most",
    "rows of heads read",
  ];
  return markdownTable(head, lines);
}

function sharesTable(cases: Case[]): string {
  const parts = Object.keys(cases[0]?.demand.nodeCores ?? {}) as (keyof Demand["nodeCores"])[];
  const lines = cases.map(({ connections, name, demand }) => [
    whole(connections),
    name,
    ...parts.map((part) => percent(demand.nodeCores[part] / total(demand.nodeCores))),
  ]);
  return markdownTable(["connections", "with", ...parts], lines);
}

function wallsTable(costs: Costs): string {
  const wall = (measures: Measures, cores: (demand: Demand) => number) =>
    readable(wallOf(costs, measures, populationOf, cores));
  const lines = steps.map(({ name, measures }) => [
    name,
    wall(measures, busyOf),
    wall(measures, ({ redisCores }) => total(redisCores)),
    wall(measures, (demand) => Math.max(...Object.values(redisSplit(demand)))),
    wall(measures, ({ databaseCores }) => databaseCores),
  ]);
  return markdownTable(
    [
      "with",
      "any number of nodes",
      "one Redis",
      "Redis and cache Redis",
      "one core of Postgres, which has more",
    ],
    lines,
  );
}

/** The model's answers for the three sizes, each table under what it says. */
export function sizeTables(costs: Costs): string {
  const cases = casesOf(costs);
  const most = `${busyMax * 100} %`;
  return [
    "With: `defaults`; `counts`, which is `PRESENCE=counts`; `10 s`, which is `PRESENCE_DEBOUNCE_MS=10000` besides; and `gathered`, which is perfect placement besides: a hundred members of each room on one node. The simulation below tells how much of that remains where people have rooms elsewhere.",
    `Nodes: the fewest that are busy for at most ${most} of a core each. Where no number is enough, because more nodes only cost more, the row is for one node for each 5,000 connections.`,
    neededTable(cases),
    "What happens each second:",
    countedTable(cases),
    "What the nodes' CPU goes to, %:",
    sharesTable(cases),
    `**The walls**: so many connections fit while nodes, Redis, or Postgres are busy for at most ${most} of a core.`,
    wallsTable(costs),
  ].join("\n\n");
}
