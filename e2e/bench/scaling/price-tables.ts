import { figureOf, type Row } from "../figures.js";
import { markdownTable, readable } from "../tables.js";
import type { Costs, Micros } from "./costs.js";
import { busyMax, heardBeats } from "./counts.js";
import { pairCosts, pairWalls } from "./needs.js";

/** What was measured, as the model takes it. */
export function priceTable(costs: Costs): string {
  const lines: [string, Partial<Micros>][] = [
    ["a message: command, limits, append, ack", costs.message],
    ["a message to one local socket, moderate load", { node: costs.delivery }],
    ["something to one local socket, by itself", { node: costs.loneDelivery }],
    ["a further node with members of the message's room, all in all", { node: costs.furtherNode }],
    ["a connection that comes and joins a room", costs.connect],
    ["a second of a node that is alone", costs.idle],
    ["a second of an idle connection", costs.connection],
    ["a small message that every node hears, for each that hears it", { node: costs.heard }],
    ["an entry of the registry, at each look of each node", costs.record],
    ["a room with local members, at each look at heads", costs.head],
    ["a room with local members, at each heartbeat", costs.roomBeat],
    ["a local member of a room, at each heartbeat", costs.memberBeat],
    ["a publish", { redis: costs.publish }],
    ["a message given to one subscribed connection", { redis: costs.redisDelivery }],
  ];
  const cell = (value: number | undefined) => readable(value);
  return markdownTable(
    ["CPU, µs", "node", "Redis", "Postgres"],
    lines.map(([what, { node, redis, database }]) => [what, cell(node), cell(redis), cell(database)]),
  );
}

/** Where the number of nodes itself becomes dear. */
export function pairTable(costs: Costs): string {
  const lines = [0, 2].map((hints) => {
    const each = pairCosts(costs, hints);
    const [tenth, most] = [pairWalls(costs, hints, 0.1), pairWalls(costs, hints, busyMax)];
    const when = hints === 0 ? "nobody comes or goes" : "somebody comes or goes at each node all the time";
    return [
      `${when}: ${heardBeats + hints} messages`,
      readable(each.node),
      String(tenth.node),
      readable(each.redis),
      String(tenth.redis),
      String(most.redis),
    ];
  });
  return markdownTable(
    [
      "of each node to every other, a second",
      "node, µs per other node",
      "N at 10 % of a node's core",
      "Redis, µs per pair",
      "N at 10 % of Redis",
      `N at ${busyMax * 100} % of Redis`,
    ],
    lines,
  );
}

/** Both ends of placement, as they were measured on three real nodes. */
export function triedTable(rows: readonly Row[]): string {
  const at = (work: string, subject: string, figure: string) =>
    figureOf(rows, "nodes", work, subject, figure) ?? NaN;
  const [together, apart] = ["members on one node", "members spread"];
  const lines = ["parley", "plain"].map((subject) => {
    const [gathered, spread] = [together, apart].map((work) => at(work, subject, "nodes + redis µs"));
    return [
      subject,
      readable(gathered),
      readable(spread),
      readable((spread ?? NaN) / (gathered ?? NaN)),
      readable(at(together, subject, "each other node over idle µs")),
    ];
  });
  return markdownTable(
    [
      "server",
      "members on one node, µs a message",
      "members spread, µs a message",
      "spread costs times",
      "a node without members, µs a message",
    ],
    lines,
  );
}
