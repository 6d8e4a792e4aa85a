import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestBus } from "../test/bus.js";
import { startTestNode, total, watchRejections, type TestNode } from "../test/node.js";
import { createRedisServers, freePorts, type RedisServers } from "../test/redis-servers.js";
import { eventually, silent } from "../test/services.js";
import { addressNow } from "./redis-forms.js";
import { closeRedisClient, createRedisClient } from "./redis.js";

const rejections = watchRejections();
const password = "secret-of-the-bus";
const withPassword = [`requirepass ${password}`, `masterauth ${password}`];

let servers: RedisServers;
let master: number;
let replica: number;
let sentinels: number[];
let nodes: TestNode[] = [];

beforeAll(async () => {
  servers = createRedisServers();
  [master = 0, replica = 0, ...sentinels] = await freePorts(5);
  await servers.start(master, withPassword);
  await servers.start(replica, [...withPassword, `replicaof 127.0.0.1 ${master}`]);
  for (const port of sentinels)
    await servers.start(
      port,
      [
        `sentinel monitor chat 127.0.0.1 ${master} 2`,
        `sentinel auth-pass chat ${password}`,
        "sentinel down-after-milliseconds chat 1000",
        "sentinel failover-timeout chat 5000",
      ],
      ["--sentinel"],
    );
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await servers.close();
});

/** What a Sentinel says of the master. */
async function told(port: number): Promise<Partial<Record<string, string>>> {
  const client = createRedisClient(`redis://127.0.0.1:${port}`, "probe", silent);
  try {
    await client.connect();
    return await client.sendCommand<Record<string, string>>(["SENTINEL", "MASTER", "chat"]);
  } catch {
    return {};
  } finally {
    await closeRedisClient(client);
  }
}

describe("a bus behind Sentinels", () => {
  it("goes on over the new master within seconds of the old one's death", async () => {
    const isComplete = async (port: number) => {
      const { "num-other-sentinels": others, "num-slaves": replicas } = await told(port);
      return Number(others) === 2 && Number(replicas) === 1;
    };
    await eventually(
      "each Sentinel knows the others and the replica",
      async () => (await Promise.all(sentinels.map(isComplete))).every(Boolean),
      30_000,
    );
    const list = encodeURIComponent(sentinels.map((port) => `127.0.0.1:${port}`).join(","));
    const url = `redis-sentinel://chat?nodes=${list}&password=${password}`;
    expect(new URL(await addressNow(url)).port).toBe(String(master));
    const known = new Set<string>();
    const start = () => startTestNode(openTestBus(url, known), 10_000);
    const [a, b] = [await start(), await start()];
    nodes = [a, b];
    // What is said between two looks is heard by one of the next.
    const hearsMoreThan = (before: number) => async () => {
      a.io.emit("anything");
      return (await total(b.metrics.pubsubReceived)) > before;
    };
    await eventually("b hears a", hearsMoreThan(0));

    // Two of three can agree; nothing may wait for the third.
    servers.signal(sentinels[0] ?? 0, "SIGSTOP");
    const lost = b.lost();
    const since = performance.now();
    await servers.kill(master);
    await eventually("both are degraded", () => a.bus.isDegraded() && b.bus.isDegraded());
    const before = await total(b.metrics.pubsubReceived);
    await eventually("b hears a over the new master", hearsMoreThan(before), 15_000);
    console.log(`heard again ${Math.round(performance.now() - since)} ms after the master's death`);
    expect(b.lost()).toBeGreaterThan(lost);
    expect(await a.bus.commands()?.set("chat:after", "1")).toBe("OK");
    await eventually("both are well", () => !a.bus.isDegraded() && !b.bus.isDegraded());
    expect(rejections).toEqual([]);
  }, 60_000);
});
