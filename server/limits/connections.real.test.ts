import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createMetrics } from "../metrics/metrics.js";
import { connectRedis, eventually, silent } from "../test/services.js";
import { createConnections, type Connector } from "./connections.js";

let redis: Awaited<ReturnType<typeof connectRedis>>;
beforeAll(async () => void (redis = await connectRedis(5)));
beforeEach(async () => void (await redis.client.flushDb()));
afterAll(() => redis.close());

const build = ({ boot = `boot-${randomUUID()}`, away = false, leaseMs = 60_000, perAddress = 5 } = {}) =>
  createConnections({
    boot,
    perUser: 3,
    perAddress,
    leaseMs,
    commands: () => (away ? null : redis.client),
    metrics: createMetrics(),
    log: silent,
  });
type Node = ReturnType<typeof build>;
const ann = { userId: "ann", address: "10.0.0.1" };
const isAdmitted = (node: Node, who: Connector) =>
  node.admit(who).then(
    () => true,
    () => false,
  );
const countAdmitted = async (attempts: Promise<boolean>[]) =>
  (await Promise.all(attempts)).filter(Boolean).length;

it("counts a user's sockets over all nodes, until they are closed", async () => {
  const [a, b] = [build(), build()];
  for (const node of [a, b, b]) await node.admit(ann);
  await expect(a.admit(ann)).rejects.toThrow("too many connections of one user");
  expect(await isAdmitted(a, { ...ann, userId: "bob" })).toBe(true);
  b.closed(ann);
  await eventually("one is gone", () => isAdmitted(a, ann));
});

it("counts an address over all its users", async () => {
  const [a, b] = [build(), build()];
  const of = (n: number) => ({ userId: `u${n}`, address: "10.0.0.2" });
  for (const n of [1, 2, 3, 4, 5]) await (n % 2 ? a : b).admit(of(n));
  await expect(b.admit(of(6))).rejects.toThrow("too many connections of one address");
});

it("lets in as many as are allowed of those who come at one moment, on whatever node", async () => {
  const nodes = [build(), build(), build()];
  expect(
    await countAdmitted(Array.from({ length: 30 }, (_, i) => isAdmitted(nodes[i % 3] as Node, ann))),
  ).toBe(3);
  const alone = build({ away: true });
  expect(await countAdmitted(Array.from({ length: 30 }, () => isAdmitted(alone, ann)))).toBe(3);
});

it("forgets the sockets of a node that renews no more, and heals counts with each renewal", async () => {
  const [dead, living] = [build({ leaseMs: 300 }), build()];
  const cid = { userId: "cid", address: "10.0.0.3" };
  for (let i = 0; i < 3; i += 1) await dead.admit(cid);
  expect(await isAdmitted(living, cid)).toBe(false);
  await eventually("the dead node's are gone", () => isAdmitted(living, cid));
  for (let i = 0; i < 3; i += 1) await living.admit(ann);
  await redis.client.flushDb();
  expect(await isAdmitted(living, ann)).toBe(false);
  await living.renew();
  expect(await isAdmitted(build(), ann)).toBe(false);
});

it("forgets the sockets of a killed node at once when told to", async () => {
  const [killed, living] = [build({ boot: "killed" }), build()];
  for (let i = 0; i < 3; i += 1) await killed.admit(ann);
  expect(await isAdmitted(living, ann)).toBe(false);
  await living.sweep("killed");
  expect(await isAdmitted(living, ann)).toBe(true);
  expect((await redis.client.keys("*")).filter((key) => key.includes("killed"))).toEqual([]);
  expect(await redis.client.zScore("chat:connections", "killed")).toBeNull();
});

it("takes back in Redis what only this node refuses, since Redis had forgotten", async () => {
  const [full, other] = [build(), build()];
  for (let i = 0; i < 3; i += 1) await full.admit(ann);
  await redis.client.flushDb();
  expect(await isAdmitted(full, ann)).toBe(false);
  await eventually(
    "nothing is counted",
    async () => (await redis.client.keys("chat:connections:*")).length === 0,
  );
  expect(await isAdmitted(other, ann)).toBe(true);
});

it("asks Redis a few times for all who come at one moment", async () => {
  const node = build({ perAddress: 100 });
  const evaluated = vi.spyOn(redis.client, "eval");
  await Promise.all(
    Array.from({ length: 50 }, (_, n) => node.admit({ userId: `v${n}`, address: "10.0.0.4" })),
  );
  expect(evaluated.mock.calls.length).toBeLessThanOrEqual(2);
  evaluated.mockRestore();
});

it("counts on each node alone while Redis is away", async () => {
  const [a, b] = [build({ away: true }), build({ away: true })];
  for (let i = 0; i < 3; i += 1) await a.admit(ann);
  expect([await isAdmitted(a, ann), await isAdmitted(b, ann)]).toEqual([false, true]);
});
