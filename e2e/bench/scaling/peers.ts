import { randomUUID } from "node:crypto";
import type { RedisClientType } from "redis";
import type { InstanceRecord } from "../../../shared/cluster.js";

/** Instances that stand in the registry and do nothing. */
export interface Peers {
  names: string[];
  /** Listens on the channels that tell that they live. */
  listener: RedisClientType;
}

const index = "chat:instances";
const keyOf = (name: string) => `${index}:${name}`;

const recordOf = (instanceId: string, boot: string): InstanceRecord => ({
  instanceId,
  boot,
  role: "node",
  version: "0.1.0",
  status: "ok",
  pid: 1000,
  startedAt: Date.now(),
  lastHeartbeat: Date.now(),
  connectedClients: 5000,
  rssBytes: 200_000_000,
  heapUsedBytes: 100_000_000,
  eventLoopLagMs: 1.5,
  messagesAppended: 100_000,
  messagesPerSecond: 10,
});

/** Enters so many instances into the registry. */
export async function addPeers(client: RedisClientType, count: number): Promise<Peers> {
  const listener: RedisClientType = client.duplicate();
  await listener.connect();
  const peers = Array.from({ length: count }, (_, i) => ({ name: `peer-${i}`, boot: randomUUID() }));
  await listener.subscribe(
    peers.map(({ boot }) => `chat:live:${boot}`),
    () => {},
  );
  for (const { name, boot } of peers) {
    await client.set(keyOf(name), JSON.stringify(recordOf(name, boot)));
    await client.zAdd(index, { score: Date.now(), value: name });
  }
  return { names: peers.map(({ name }) => name), listener };
}

/** Takes them out again. */
export async function removePeers(client: RedisClientType, { names, listener }: Peers): Promise<void> {
  await client.zRem(index, names);
  await client.del(names.map(keyOf));
  listener.destroy();
}
