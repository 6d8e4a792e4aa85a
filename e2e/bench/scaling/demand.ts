import type { Costs } from "./costs.js";
import {
  beats,
  debounceSeconds,
  headLooks,
  heardBeats,
  heartbeatSeconds,
  looks,
  nodeStatements,
  readShare,
} from "./counts.js";
import { roomGroups, type Population, type RoomGroup } from "./population.js";
import { sumRooms } from "./room-sums.js";

/** What an operator or a later Parley may do about it. */
export interface Measures {
  /** `PRESENCE`: lists by room, counts only, or neither. */
  presence: "on" | "counts" | "off";
  /** Seconds that changes of presence are gathered for. */
  debounce?: number;
  /** Placement by room: so many members of a room are brought to one node; 1 is everybody anywhere. */
  together?: number;
}

/** Cores that are busy, by what for; and what happens each second. */
export interface Demand {
  nodes: number;
  /** Cores of all nodes together. */
  nodeCores: Record<NodeWork, number>;
  redisCores: Record<RedisWork, number>;
  databaseCores: number;
  publishes: number;
  redisDeliveries: number;
  /** At most: messages that meet at a node share a statement, which is a transaction. */
  statements: number;
  headRows: number;
  /** Nodes with members of a message's room, in the mean over messages. */
  nodesOfMessage: number;
  messages: number;
  deliveriesOfMessage: number;
  /** JavaScript heap of a node's connections. */
  heapMiB: number;
}

type NodeWork =
  | "messages"
  | "deliveries"
  | "further nodes"
  | "connects"
  | "connections"
  | "presence"
  | "heads"
  | "every node";
type RedisWork = "rooms" | "base channels" | "limits" | "presence" | "connects" | "every node";

/** Sum of numbers by name. */
export const total = (parts: Record<string, number>): number =>
  Object.values(parts).reduce((sum, part) => sum + part, 0);

const µ = 1e-6;

/** Changes are told together, at most once in the time that they are gathered for. */
const told = (changes: number, debounce: number) => changes / (1 + changes * debounce);

/** Tells what the population asks of so many nodes. Pure. */
export function demandOf(
  costs: Costs,
  population: Population,
  measures: Measures,
): (nodes: number) => Demand {
  const groups = roomGroups(population);
  return (nodes) => demandAt(costs, population, groups, nodes, measures);
}

function demandAt(
  costs: Costs,
  { connections, messagesPerUserPerSecond, sessionMinutes }: Population,
  groups: RoomGroup[],
  nodes: number,
  { presence, debounce = debounceSeconds, together = 1 }: Measures,
): Demand {
  const messages = connections * messagesPerUserPerSecond;
  const comings = connections / (sessionMinutes * 60);
  const toldOf = (changes: number) => told(changes, debounce);
  const sums = sumRooms(groups, nodes, together, (size) => toldOf((2 * size) / (sessionMinutes * 60)));
  const deliveriesOfMessage = sums.deliveries / sums.memberships;
  const nodesOfMessage = Math.max(1, sums.nodes / sums.memberships);
  const counted = presence === "off" ? 0 : toldOf(2 * comings);
  const listed = presence === "on" ? 1 : 0;
  /** Each node asks for the counts whenever they change. */
  const countReads = nodes * counted;
  /** Each node tells the others that something changed at it. */
  const hints = presence === "off" ? 0 : nodes * toldOf((2 * comings) / nodes);
  const reads = listed * (sums.toldRead + Math.max(0, sums.read - sums.memberships) / heartbeatSeconds);
  const roomBeats = (listed * sums.local) / heartbeatSeconds;
  const memberBeats = (presence === "off" ? 0 : listed ? sums.memberships : connections) / heartbeatSeconds;

  const heard = nodes * (nodes - 1) * heardBeats + nodes * hints;
  const records = nodes * (nodes - 1) * looks;
  const headRows = sums.local * headLooks;
  // Nothing is published for nobody (bus/audience.ts); one that is published comes back to its node too.
  const published = nodes === 1 ? 0 : messages;
  const messageDeliveries = published * nodesOfMessage;

  return {
    nodes,
    nodeCores: {
      messages: messages * costs.message.node * µ,
      deliveries: messages * deliveriesOfMessage * costs.delivery * µ,
      "further nodes": messages * (nodesOfMessage - 1) * costs.furtherNode * µ,
      connects: comings * costs.connect.node * µ,
      connections: connections * costs.connection.node * µ,
      presence:
        ((counted * connections + listed * sums.told) * costs.loneDelivery +
          reads * costs.memberBeat.node * readShare +
          (roomBeats + countReads * readShare) * costs.roomBeat.node +
          memberBeats * costs.memberBeat.node) *
        µ,
      heads: headRows * costs.head.node * µ,
      "every node": (nodes * costs.idle.node + heard * costs.heard + records * costs.record.node) * µ,
    },
    redisCores: {
      rooms: (published * costs.publish + messageDeliveries * costs.redisDelivery) * µ,
      // What a node publishes when it is idle is in its price, and so is hearing itself.
      "base channels": (hints * costs.publish + heard * costs.redisDelivery) * µ,
      limits: messages * costs.message.redis * µ,
      presence:
        (reads * costs.memberBeat.redis * readShare +
          (roomBeats + countReads * readShare) * costs.roomBeat.redis +
          memberBeats * costs.memberBeat.redis) *
        µ,
      connects: comings * costs.connect.redis * µ,
      "every node": (nodes * costs.idle.redis + records * costs.record.redis) * µ,
    },
    databaseCores:
      (messages * costs.message.database +
        comings * costs.connect.database +
        connections * costs.connection.database +
        headRows * costs.head.database) *
      µ,
    publishes: published + nodes * beats + hints,
    redisDeliveries: messageDeliveries + heard + nodes,
    statements: messages + nodes * nodeStatements,
    headRows,
    messages,
    nodesOfMessage,
    deliveriesOfMessage,
    heapMiB: (connections / nodes) * (costs.heapKiB / 1024),
  };
}
