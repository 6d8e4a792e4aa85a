import { figureOf, type Row } from "../figures.js";

/** CPU of the three parts, in µs. */
export interface Micros {
  node: number;
  redis: number;
  database: number;
}

/** What was measured, all that the model knows of prices. CPU in µs, for one of each. */
export interface Costs {
  /** A message without its deliveries: command, limits, append, ack. */
  message: Micros;
  /** A message to one local socket, at a moderate load. */
  delivery: number;
  /** What is sent to a socket by itself, as presence is, shares its write with nothing. */
  loneDelivery: number;
  /** A message's publish, its receipt and whatever else a further node with members of its room adds. */
  furtherNode: number;
  connect: Micros;
  /** A second of a node that is alone, and of a connection that is idle: its pings, its session looked at. */
  idle: Micros;
  connection: Micros;
  /** A small message on a channel that all nodes hear, for each who hears it. */
  heard: number;
  /** Another instance's entry in the registry, at each look. */
  record: Micros;
  /** A room with local members, at each look at heads. */
  head: Micros;
  /** A room with local members, at each heartbeat: its leases and who else is in it. */
  roomBeat: Micros;
  /** A local member of a room, at each heartbeat. */
  memberBeat: Micros;
  publish: number;
  /** What Redis pays for each connection that it gives a message to. */
  redisDelivery: number;
  heapKiB: number;
}

/** The scenarios whose rows are needed. */
export const neededScenarios = ["fan-out", "storm", "idle", "nodes", "overhead"];

/** The number of deliveries of one message in these works, and of nodes with members of its room. */
const hotDeliveries = 500;
const manyDeliveries = 20;
const spreadNodes = 3;

/** Reads the prices out of measured rows; null when one of them is missing. */
export function costsOf(rows: readonly Row[]): Costs | null {
  let isComplete = true;
  const at = (scenario: string, work: string, figure: string) => {
    const value = figureOf(rows, scenario, work, "parley", figure);
    if (value === undefined) isComplete = false;
    return Math.max(0, value ?? 0);
  };
  const anyWork = (scenario: string) => rows.find((row) => row.scenario === scenario)?.work ?? "";
  const overhead = (work: string): Micros => ({
    node: at("overhead", work, "node µs"),
    redis: at("overhead", work, "redis µs"),
    database: at("overhead", work, "database µs"),
  });

  // A message of `many` has few deliveries, one of `hot` many: two equations for the message and the delivery.
  const server = (work: string) => at("fan-out", work, "server CPU s/M");
  const [many, hot] = [server("many 2500/s") * manyDeliveries, server("hot 160/s") * hotDeliveries];
  const delivery = (hot - many) / (hotDeliveries - manyDeliveries);
  const part = (name: "redis" | "postgres") =>
    at("fan-out", "many 2500/s", `${name} CPU s/M`) * manyDeliveries;

  const gathered = at("nodes", "members on one node", "nodes + redis µs");
  const spread = at("nodes", "members spread", "nodes + redis µs");
  const member = overhead("a member of a room of 1000, each heartbeat");
  const alone = overhead("a member alone in a room, each heartbeat");
  const storm = (part: string) => at("storm", anyWork("storm"), `${part} µs/connect`);
  const costs: Costs = {
    message: {
      node: Math.max(0, many - delivery * manyDeliveries),
      redis: part("redis"),
      database: part("postgres"),
    },
    delivery,
    loneDelivery: server("hot 40/s"),
    furtherNode: Math.max(0, spread - gathered) / (spreadNodes - 1),
    connect: { node: storm("node"), redis: storm("redis"), database: storm("database") },
    idle: overhead("a second of an idle node"),
    connection: overhead("an idle connection, each second"),
    heard: overhead("a message on a base channel").node,
    record: overhead("an instance in the registry, each second"),
    head: overhead("a room, each look at heads"),
    roomBeat: {
      node: Math.max(0, alone.node - member.node),
      redis: Math.max(0, alone.redis - member.redis),
      database: 0,
    },
    memberBeat: member,
    publish: at("overhead", "redis alone", "redis µs/publish"),
    redisDelivery: at("overhead", "redis alone", "redis µs/delivery"),
    heapKiB: at("idle", anyWork("idle"), "heap KiB/connection"),
  };
  return isComplete ? costs : null;
}
