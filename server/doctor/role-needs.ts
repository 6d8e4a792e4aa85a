import type { InstanceRole } from "../../shared/cluster.js";
import {
  adapterKey,
  baseChannel,
  everyRoomChannel,
  livenessChannel,
  roomEventsChannel,
} from "../bus/channels.js";

// What each role does in Redis, as commands that could be run. `rights.test.ts` holds it against the program's scripts
// and against compose/redis/users.acl.

const someone = "doctor";
const key = `chat:${someone}`;

/** Where outside services are heard. */
const outsidePattern = "chat:ext#/#*";

const namespaces = ["/", "/admin"];
const requests = (namespace: string) => `${adapterKey}-request#${namespace}#`;
const responses = (namespace: string) => `${adapterKey}-response#${namespace}#${someone}#`;
const nodeChannels = [
  roomEventsChannel("general"),
  everyRoomChannel,
  ...namespaces.flatMap((namespace) => [baseChannel(namespace), requests(namespace), responses(namespace)]),
];

const speaksOn: Record<InstanceRole, string[]> = {
  node: nodeChannels,
  emitter: [roomEventsChannel("general"), ...namespaces.map(baseChannel)],
  worker: [],
};
const hearsOn: Record<InstanceRole, string[]> = { node: nodeChannels, emitter: [], worker: [] };

/** What the role does on the bus. */
export function busNeeds(role: InstanceRole): string[][] {
  const own = livenessChannel(someone);
  return [
    ["PING"],
    ["TIME"],
    ["EVAL", "", "0"],
    ["PUBSUB", "NUMSUB", own],
    ...[own, ...speaksOn[role]].map((channel) => ["PUBLISH", channel, ""]),
    ...[own, ...hearsOn[role]].map((channel) => ["SUBSCRIBE", channel]),
    ["UNSUBSCRIBE", own],
    // A pattern is granted only by the very same one.
    ...(role === "node" ? [["PSUBSCRIBE", outsidePattern]] : []),
  ];
}

/** What the role does with volatile data. */
export function dataNeeds(role: InstanceRole): string[][] {
  const all = [
    ["PING"],
    ["EVAL", "", "1", key],
    ["TIME"],
    ["GET", key],
    ["SET", key, ""],
    ["DEL", key],
    ["PEXPIRE", key, "1"],
    ["ZADD", key, "1", ""],
    ["ZREM", key, ""],
    ["ZCOUNT", key, "0", "1"],
    ["ZRANGE", key, "0", "1"],
    ["ZRANGEBYSCORE", key, "0", "1"],
    ["ZREMRANGEBYSCORE", key, "0", "1"],
  ];
  // A worker limits nobody.
  if (role === "worker") return all;
  const limiting = [
    ["HMGET", key, "t"],
    ["HSET", key, "t", ""],
  ];
  if (role === "emitter") return [...all, ...limiting];
  // People and connections are where the nodes are.
  return [
    ...all,
    ...limiting,
    ["SADD", key, ""],
    ["SMEMBERS", key],
    ["HGET", key, "t"],
    ["HRANDFIELD", key, "1", "WITHVALUES"],
    ["HDEL", key, "t"],
    ["HINCRBY", key, "t", "1"],
  ];
}
