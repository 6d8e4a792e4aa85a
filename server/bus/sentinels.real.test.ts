import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server } from "socket.io";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../test/bus.js";
import { eventually, silent } from "../test/services.js";
import { closeRedisClient, createRedisClient } from "./redis.js";

let folder: string;
let ports: number[];
const servers = new Map<number, ChildProcess>();
const buses: TestBus[] = [];

async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer().listen(0, "127.0.0.1");
      await once(probe, "listening");
      return probe;
    }),
  );
  const found = probes.map((probe) => (probe.address() as AddressInfo).port);
  for (const probe of probes) probe.close();
  return found;
}

async function start(port: number, lines: string[], args: string[] = []): Promise<void> {
  const file = join(folder, `${port}.conf`);
  writeFileSync(file, [`port ${port}`, "bind 127.0.0.1", `dir ${folder}`, ...lines].join("\n"));
  const child = spawn("redis-server", [file, ...args], { stdio: "ignore" });
  await once(child, "spawn");
  servers.set(port, child);
}

const password = "secret-of-the-bus";
const redis = [`requirepass ${password}`, `masterauth ${password}`, 'save ""'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-sentinels-"));
  ports = await freePorts(5);
  const [master = 0, replica = 0, ...sentinels] = ports;
  await start(master, redis);
  await start(replica, [...redis, `replicaof 127.0.0.1 ${master}`]);
  for (const port of sentinels)
    await start(
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
  await Promise.all(buses.map(({ bus }) => bus.close()));
  for (const child of servers.values())
    if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
  rmSync(folder, { recursive: true, force: true });
});

const url = () =>
  `redis-sentinel://chat?nodes=${ports
    .slice(2)
    .map((port) => `127.0.0.1:${port}`)
    .join(",")}&password=${password}`;
const total = async (metric: { get(): Promise<{ values: { value: number }[] }> }) =>
  (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);

/** Whether a Sentinel can take part in a failover. */
async function isComplete(port: number): Promise<boolean> {
  const client = createRedisClient(`redis://127.0.0.1:${port}`, "probe", silent);
  try {
    await client.connect();
    const flat = (await client.sendCommand(["SENTINEL", "MASTER", "chat"])) as unknown;
    const told = JSON.stringify(flat);
    return /"num-other-sentinels"[,:]"?2/.test(told) && /"num-slaves"[,:]"?1/.test(told);
  } catch {
    return false;
  } finally {
    await closeRedisClient(client);
  }
}

describe("a bus behind Sentinels", () => {
  it("goes on over the new master within seconds of the old one's death", async () => {
    await eventually(
      "each Sentinel knows the others and the replica",
      async () => (await Promise.all(ports.slice(2).map(isComplete))).every(Boolean),
      30_000,
    );
    const known = new Set<string>();
    const [a, b] = [openTestBus(url(), known), openTestBus(url(), known)];
    buses.push(a, b);
    // Their adapters subscribe as soon as there is a server.
    const speaker = new Server({ adapter: a.bus.adapter });
    expect(new Server({ adapter: b.bus.adapter }).of("/").name).toBe("/");
    for (const { bus } of [a, b]) expect(await bus.ready(10_000)).toBe(true);
    // What is said between two looks is heard by one of the next.
    const hearsMoreThan = (before: number) => async () => {
      speaker.emit("anything");
      return (await total(b.metrics.pubsubReceived)) > before;
    };
    await eventually("b hears a", hearsMoreThan(0));

    const lost = b.lost();
    servers.get(ports[0] ?? 0)?.kill("SIGKILL");
    await eventually("both are degraded", () => a.bus.isDegraded() && b.bus.isDegraded());
    const before = await total(b.metrics.pubsubReceived);
    await eventually("b hears a over the new master", hearsMoreThan(before), 15_000);
    expect(b.lost()).toBeGreaterThan(lost);
    expect(a.bus.isDegraded()).toBe(false);
    expect(await a.bus.commands()?.set("chat:after", "1")).toBe("OK");
  }, 60_000);
});
