import { afterEach, beforeEach, expect, it } from "vitest";
import type { InstanceRecord } from "../../shared/cluster.js";
import type { Bus } from "../bus/bus.js";
import { openTestBus } from "../test/bus.js";
import { connectRedis, eventually, redisUrl } from "../test/services.js";
import { createRegistry } from "./registry.js";

const buses: Bus[] = [];
beforeEach(async () => {
  const redis = await connectRedis(1);
  await redis.close();
});
afterEach(async () => void (await Promise.all(buses.splice(0).map((bus) => bus.close()))));

async function join(instanceId: string, timeoutMs = 60_000) {
  const { boot, bus } = openTestBus(redisUrl(1), new Set());
  buses.push(bus);
  expect(await bus.ready(5000)).toBe(true);
  const record: InstanceRecord = {
    instanceId,
    boot,
    role: "node",
    version: "0.1.0",
    status: "ok",
    pid: 1,
    startedAt: 0,
    lastHeartbeat: 0,
    connectedClients: 0,
    rssBytes: 0,
    heapUsedBytes: 0,
    eventLoopLagMs: 0,
    messagesAppended: 0,
    messagesPerSecond: 0,
  };
  const registry = createRegistry(bus, timeoutMs);
  const boots = async () => (await registry.list()).instances.map((instance) => instance.boot);
  return { bus, boot, record, registry, boots, beat: async () => (await registry.heartbeat(record)).suffix };
}

it("lists who sends heartbeats, with their age by Redis' clock", async () => {
  const [a, b] = [await join("a"), await join("b")];
  expect([await a.beat(), await b.beat()]).toEqual(["a", "b"]);
  const { instances } = await a.registry.list();
  expect(instances.map(({ instanceId }) => instanceId)).toEqual(["a", "b"]);
  for (const { heartbeatAgeMs } of instances) {
    expect(heartbeatAgeMs).toBeGreaterThanOrEqual(0);
    expect(heartbeatAgeMs).toBeLessThan(5000);
  }
});

it("tells that nothing stood there: at the first heartbeat, and after Redis was emptied", async () => {
  const { registry, record, boots, boot } = await join("a");
  const isFresh = async () => (await registry.heartbeat(record)).fresh;
  expect([await isFresh(), await isFresh()]).toEqual([true, false]);
  const redis = await connectRedis(1);
  await redis.close();
  expect(await boots()).toEqual([]);
  expect([await isFresh(), await isFresh()]).toEqual([true, false]);
  expect(await boots()).toEqual([boot]);
});

it("names those that left in good order, and no longer once they are back", async () => {
  const [a, b] = [await join("a"), await join("b")];
  await a.beat();
  await b.beat();
  await b.registry.leave(b.record);
  expect(await a.registry.list()).toMatchObject({ instances: [{ boot: a.boot }], departed: new Set(["b"]) });
  await b.beat();
  expect((await a.registry.list()).departed).toEqual(new Set());
});

it("counts a live twin of the same id as an instance of its own, until the first is gone", async () => {
  const [first, twin] = [await join("same"), await join("same")];
  expect(await first.beat()).toBe("same");
  expect(await twin.beat()).toBe(`same~${twin.boot}`);
  expect(await first.beat()).toBe("same");
  expect((await first.boots()).sort()).toEqual([first.boot, twin.boot].sort());
  await first.registry.leave(first.record);
  expect(await twin.beat()).toBe("same");
  expect(await twin.boots()).toEqual([twin.boot]);
});

it("gives the id of a killed process to the next one at once", async () => {
  const killed = await join("same");
  await killed.beat();
  await killed.bus.close();
  const next = await join("same");
  expect(await next.registry.heartbeat(next.record)).toEqual({
    suffix: "same",
    killed: killed.boot,
    fresh: false,
  });
  expect(await next.registry.heartbeat(next.record)).toEqual({
    suffix: "same",
    killed: null,
    fresh: false,
  });
  expect(await next.boots()).toEqual([next.boot]);
});

it("removes a killed process after a second of silence, not before, and calls it lost", async () => {
  const [a, killed] = [await join("a"), await join("b")];
  await a.beat();
  await killed.beat();
  expect(await a.boots()).toContain(killed.boot);
  await killed.bus.close();
  const since = performance.now();
  expect(await a.boots()).toContain(killed.boot);
  await eventually("the killed one gone", async () => !(await a.boots()).includes(killed.boot), 5000);
  expect(performance.now() - since).toBeGreaterThan(850);
  expect((await a.registry.list()).departed).toEqual(new Set());
  expect(await a.boots()).toEqual([a.boot]);
});

it("has one of all who look clean up after a killed process", async () => {
  const [a, b, killed] = [await join("a"), await join("b"), await join("c")];
  for (const one of [a, b, killed]) await one.beat();
  await killed.bus.close();
  const told: string[] = [];
  await eventually(
    "somebody cleans up",
    async () => {
      const looks = await Promise.all([a, b].map(({ registry }) => registry.list()));
      told.push(...looks.flatMap(({ killed: boots }) => boots));
      return told.length > 0;
    },
    5000,
  );
  for (const { registry } of [a, b]) told.push(...(await registry.list()).killed);
  expect(told).toEqual([killed.boot]);
});

it("lets an entry end when its heartbeats stop though its process listens", async () => {
  const [a, frozen] = [await join("a"), await join("b", 400)];
  await a.beat();
  await frozen.beat();
  await eventually("the frozen one's entry over", async () => (await a.boots()).join() === a.boot, 5000);
});
