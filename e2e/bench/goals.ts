import { figureOf, type Row } from "./figures.js";
import { markdownTable, readable } from "./tables.js";

/** A ratio or a bound that Parley is to keep. */
interface Goal {
  what: string;
  /** At least this, or at most where less is better. */
  floor: number;
  aim: number;
  lessIsBetter?: boolean;
  value(rows: readonly Row[]): number | undefined;
}

type Read = (work: string, subject: string) => (rows: readonly Row[]) => number | undefined;

const reader =
  (scenario: string, figure: string): Read =>
  (work, subject) =>
  (rows) =>
    figureOf(rows, scenario, work, subject, figure);

/** How one value compares with another of the same run. */
const over =
  (dividend: Goal["value"], divisor: Goal["value"]): Goal["value"] =>
  (rows) => {
    const [above, below] = [dividend(rows), divisor(rows)];
    return above === undefined || below === undefined ? undefined : above / below;
  };

const minus =
  (first: Goal["value"], second: Goal["value"]): Goal["value"] =>
  (rows) => {
    const [more, less] = [first(rows), second(rows)];
    return more === undefined || less === undefined ? undefined : more - less;
  };

const cpu = reader("fan-out", "server CPU s/M");
const p50 = reader("fan-out", "delivery p50 ms");
const p99 = reader("fan-out", "delivery p99 ms");
const rate = reader("capacity", "messages/s");

const cheaper = (work: string, floor: number, aim: number, than = "plain"): Goal => ({
  what: `${work}: CPU per delivery, times cheaper than ${than}`,
  floor,
  aim,
  value: over(cpu(work, than), cpu(work, "parley")),
});

const atMost = (what: string, floor: number, aim: number, value: Goal["value"]): Goal => ({
  what,
  floor,
  aim,
  lessIsBetter: true,
  value,
});

const parleyToPlain = (scenario: string, figure: string, work: string) =>
  over(reader(scenario, figure)(work, "parley"), reader(scenario, figure)(work, "plain"));

/** What storing is to cost, by itself and with all that a message over a socket costs besides. */
function storing(what: string, scenario: string, nodes: "" | ", 1 node"): Goal[] {
  const cost = reader(scenario, "node + database µs");
  const ack = reader(scenario, "ack p99 ms");
  const timesLess = (rooms: string, floor: number, aim: number): Goal => ({
    what: `${what}, ${rooms}: node + database CPU per stored message, times less than one transaction each`,
    floor,
    aim,
    value: over(cost(rooms + nodes, "plain, counter"), cost(rooms + nodes, "parley")),
  });
  const inFlight = `${what}, 1 room: ack p99 at 64 in flight`;
  return [
    timesLess("1 room", 15, 25),
    timesLess("100 rooms", 6, 10),
    atMost(`${inFlight}, ms`, 10, 5, ack(`1 room${nodes}`, "parley")),
    atMost(`${inFlight}, 2 ms more per flush, ms`, 15, 8, ack(`1 room${nodes}, flush +2 ms`, "parley")),
  ];
}

const idleWork = "5000 idle sockets";
const deathWork = "2000 clients of a dead node";

const goals: Goal[] = [
  cheaper("hot 160/s", 2.2, 3.5),
  atMost("hot 160/s: delivery p99, ms", 40, 40, p99("hot 160/s", "parley")),
  cheaper("multi 500/s", 1.5, 2.2),
  cheaper("many 2500/s", 1.5, 2.2),
  cheaper("hot sat", 12, 20),
  cheaper("multi sat", 7, 10),
  cheaper("many sat", 3, 4.5),
  cheaper("hot sat", 10, 18, "bare"),
  cheaper("many sat", 1.8, 2.5, "bare"),
  atMost(
    "many 500/s: p50 over plain, ms",
    2,
    1,
    minus(p50("many 500/s", "parley"), p50("many 500/s", "plain")),
  ),
  ...(["hot", "many"] as const).map((load, i) => ({
    what: `${load}: stored messages a second, times plain with one insert each`,
    floor: i === 0 ? 20 : 6,
    aim: i === 0 ? 50 : 10,
    value: over(rate(load, "parley"), rate(load, "plain, insert")),
  })),
  ...storing("the writer alone", "writers", ""),
  ...storing("over sockets", "appends", ", 1 node"),
  atMost(
    "CPU per message at a node without members, µs",
    2,
    0,
    reader("nodes", "each other node over idle µs")("members on one node", "parley"),
  ),
  atMost(
    "CPU per message, three nodes, members spread, to plain",
    0.65,
    0.45,
    parleyToPlain("nodes", "nodes + redis µs", "members spread"),
  ),
  atMost(
    "node + nginx CPU per delivery over a Unix socket, to plain over TCP",
    0.45,
    0.28,
    over(
      reader("nginx", "node + nginx CPU s/M")("hot 160/s", "parley, Unix socket"),
      reader("nginx", "node + nginx CPU s/M")("hot 160/s", "plain"),
    ),
  ),
  atMost(
    "heap per idle connection, to plain",
    1,
    0.85,
    parleyToPlain("idle", "heap KiB/connection", idleWork),
  ),
  atMost("sealing and opening a message between nodes, µs", 10, 10, (rows) => {
    const [sealing, opening] = ["seal µs", "open µs"].map((figure) =>
      reader("seal", figure)("one message", "parley")(rows),
    );
    return sealing === undefined || opening === undefined ? undefined : sealing + opening;
  }),
  atMost("a node's death: all back, s", 10, 5, reader("reconnect", "all back s")(deathWork, "parley")),
  atMost(
    "a node's death: event loop p99, ms",
    100,
    50,
    reader("reconnect", "event loop p99 ms")(deathWork, "parley"),
  ),
];

function verdict({ floor, aim, lessIsBetter = false }: Goal, value: number): string {
  const reaches = (bound: number) => (lessIsBetter ? value <= bound : value >= bound);
  return reaches(aim) ? "aim" : reaches(floor) ? "floor" : "missed";
}

/** What of the goals was measured, and whether it was reached; empty when nothing was. */
export function goalsTable(rows: readonly Row[]): string {
  const lines = goals.flatMap((goal) => {
    const value = goal.value(rows);
    if (value === undefined) return [];
    return [[goal.what, readable(value), String(goal.floor), String(goal.aim), verdict(goal, value)]];
  });
  return lines.length === 0 ? "" : markdownTable(["goal", "measured", "floor", "aim", "reached"], lines);
}
