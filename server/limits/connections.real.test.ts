import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createMetrics } from "../metrics/metrics.js";
import { connectRedis, eventually, silent } from "../test/services.js";
import { createConnections } from "./connections.js";

let redis: Awaited<ReturnType<typeof connectRedis>>;
beforeAll(async () => void (redis = await connectRedis(5)));
afterAll(() => redis.close());

const build = (away = false, leaseMs = 60_000) =>
  createConnections({
    boot: randomUUID(),
    perUser: 3,
    perAddress: 5,
    leaseMs,
    commands: () => (away ? null : redis.client),
    metrics: createMetrics(),
    log: silent,
  });
const ann = { userId: "ann", address: "10.0.0.1" };
const isRefused = async (node: ReturnType<typeof build>, who: { userId: string; address: string }) =>
  node.assertBelow(who).then(
    () => false,
    () => true,
  );

it("counts a user's sockets over all nodes, until they are closed", async () => {
  const [a, b] = [build(), build()];
  for (const node of [a, b, b]) node.opened(ann);
  await eventually("three are counted", () => isRefused(a, ann));
  expect(await isRefused(a, { ...ann, userId: "bob" })).toBe(false);
  b.closed(ann);
  await eventually("one is gone", async () => !(await isRefused(a, ann)));
  for (const node of [a, b]) node.closed(ann);
});

it("counts an address over all its users", async () => {
  const [a, b] = [build(), build()];
  const of = (n: number) => ({ userId: `u${n}`, address: "10.0.0.2" });
  for (const n of [1, 2, 3, 4, 5]) (n % 2 ? a : b).opened(of(n));
  await eventually("five are counted", () => isRefused(b, of(6)));
});

it("forgets the sockets of a node that renews no more, and heals counts with each renewal", async () => {
  const [dead, living] = [build(false, 300), build()];
  for (let i = 0; i < 3; i += 1) dead.opened({ userId: "cid", address: "10.0.0.3" });
  await eventually("three are counted", () => isRefused(living, { userId: "cid", address: "" }));
  await eventually(
    "the dead node's are gone",
    async () => !(await isRefused(living, { userId: "cid", address: "" })),
  );
  await redis.client.flushDb();
  for (let i = 0; i < 3; i += 1) living.opened(ann);
  await redis.client.flushDb();
  await living.renew();
  expect(await isRefused(build(), ann)).toBe(true);
});

it("asks Redis a few times for all who come at one moment", async () => {
  const node = build();
  const evaluated = vi.spyOn(redis.client, "eval");
  for (let n = 0; n < 50; n += 1) node.opened({ userId: `v${n}`, address: `10.1.0.${n}` });
  await Promise.all(
    Array.from({ length: 50 }, (_, n) => node.assertBelow({ userId: `v${n}`, address: "10.0.0.4" })),
  );
  expect(evaluated.mock.calls.length).toBeLessThanOrEqual(4);
  evaluated.mockRestore();
});

it("counts on each node alone while Redis is away", async () => {
  const [a, b] = [build(true), build(true)];
  for (let i = 0; i < 3; i += 1) a.opened(ann);
  expect([await isRefused(a, ann), await isRefused(b, ann)]).toEqual([true, false]);
});
