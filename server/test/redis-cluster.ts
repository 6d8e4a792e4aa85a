import { createRedisClient, closeRedisClient, type RedisClient } from "../bus/redis.js";
import { createRedisServers, freePorts, type RedisServers } from "./redis-servers.js";
import { eventually, silent } from "./services.js";

/** A real Redis Cluster on this machine: three masters, each with a replica. */
export interface TestCluster extends Pick<RedisServers, "kill" | "signal"> {
  /** The masters' ports, then the replicas'. */
  ports: number[];
  /** As the configuration writes it. */
  url: string;
  /** Starts again one that was killed, which knows its place. */
  restart(port: number): Promise<void>;
  /** The reply of one node. */
  tell(port: number, args: string[]): Promise<string>;
  close(): Promise<void>;
}

const masters = 3;
const slots = 16_384;

/** Starts it; resolves when every node serves. */
export async function startRedisCluster(nodeTimeoutMs: number): Promise<TestCluster> {
  const servers = createRedisServers();
  const free = await freePorts(masters * 4);
  const [ports, buses] = [free.slice(0, masters * 2), free.slice(masters * 2)];
  const restart = (port: number) =>
    servers.start(port, [
      "cluster-enabled yes",
      `cluster-port ${buses[ports.indexOf(port)]}`,
      `cluster-config-file nodes-${port}.conf`,
      `cluster-node-timeout ${nodeTimeoutMs}`,
    ]);

  async function withClient<T>(port: number, work: (client: RedisClient) => Promise<T>): Promise<T> {
    const client = createRedisClient(`redis://127.0.0.1:${port}`, "test", silent);
    try {
      await client.connect();
      return await work(client);
    } finally {
      await closeRedisClient(client);
    }
  }
  const tell = (port: number, args: string[]) =>
    withClient(port, (client) => client.sendCommand<string>(args));

  async function join(): Promise<void> {
    const [first = 0] = ports;
    const ids = await Promise.all(ports.map((port) => tell(port, ["CLUSTER", "MYID"])));
    for (const [i, port] of ports.entries()) {
      const [from, to] = [i, i + 1].map((n) => Math.round((n * slots) / masters));
      if (i < masters) await tell(port, ["CLUSTER", "ADDSLOTSRANGE", String(from), String(Number(to) - 1)]);
      if (i > 0) await tell(port, ["CLUSTER", "MEET", "127.0.0.1", String(first), String(buses[0])]);
    }
    const knowsAll = async (port: number) =>
      (await tell(port, ["CLUSTER", "INFO"])).includes(`cluster_known_nodes:${ports.length}`);
    await eventually(
      "all know each other",
      async () => (await Promise.all(ports.map(knowsAll))).every(Boolean),
      30_000,
    );
    for (const [i, port] of ports.slice(masters).entries())
      await tell(port, ["CLUSTER", "REPLICATE", ids[i] ?? ""]);
    const isReady = async (port: number) =>
      (await tell(port, ["CLUSTER", "INFO"])).includes("cluster_state:ok") &&
      (ports.indexOf(port) < masters ||
        (await tell(port, ["INFO", "replication"])).includes("master_link_status:up"));
    await eventually("all serve", async () => (await Promise.all(ports.map(isReady))).every(Boolean), 30_000);
  }

  try {
    for (const port of ports) await restart(port);
    await eventually("all have started", () =>
      Promise.all(ports.map((port) => tell(port, ["PING"]))).then(
        () => true,
        () => false,
      ),
    );
    await join();
  } catch (error) {
    await servers.close();
    throw error;
  }
  const nodes = encodeURIComponent(ports.map((port) => `127.0.0.1:${port}`).join(","));
  return {
    ports,
    url: `redis-cluster://all?nodes=${nodes}`,
    restart,
    tell,
    kill: servers.kill,
    signal: servers.signal,
    close: servers.close,
  };
}
