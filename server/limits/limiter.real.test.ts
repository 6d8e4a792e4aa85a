import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createMetrics } from "../metrics/metrics.js";
import { connectRedis, eventually, silent } from "../test/services.js";
import { createLimiter } from "./limiter.js";

let redis: Awaited<ReturnType<typeof connectRedis>>;
beforeAll(async () => void (redis = await connectRedis(3)));
afterAll(() => redis.close());

const buckets = {
  messages: { burst: 20, perSecond: 0.001 },
  commands: null,
  logins: { burst: 1, perSecond: 0.1 },
  guests: { burst: 1, perSecond: 1 },
};
const build = (away = false) =>
  createLimiter(buckets, () => (away ? null : redis.client), createMetrics(), silent);
const outcomes = async (takes: Promise<void>[]) => {
  const settled = await Promise.allSettled(takes);
  return settled.filter(({ status }) => status === "fulfilled").length;
};

it("allows exactly the burst of 60 takes at once on two nodes", async () => {
  const nodes = [build(), build()];
  const takes = Array.from({ length: 60 }, (_, i) => nodes[i % 2]!.take("messages", "ann"));
  expect(await outcomes(takes)).toBe(20);
  expect(await outcomes([nodes[0]!.take("messages", "bob")])).toBe(1);
  nodes.forEach((node) => node.stop());
});

it("takes of several limits with one command, and asks once for all who ask at one moment", async () => {
  const node = build();
  const evaluated = vi.spyOn(redis.client, "eval");
  await node.take(["messages", "logins"], "dan");
  expect(evaluated).toHaveBeenCalledTimes(1);
  await expect(node.take(["messages", "logins"], "dan")).rejects.toMatchObject({
    message: "too many logins",
  });
  evaluated.mockClear();
  expect(await outcomes(Array.from({ length: 30 }, () => node.take("messages", "eve")))).toBe(20);
  expect(evaluated.mock.calls.length).toBeLessThanOrEqual(2);
  evaluated.mockRestore();
  node.stop();
});

it("says how long to wait", async () => {
  const node = build();
  await node.take("logins", "ann");
  const refusal: unknown = await node.take("logins", "ann").catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "rate_limited" });
  const { retryAfterMs } = refusal as { retryAfterMs: number };
  expect(retryAfterMs).toBeGreaterThan(9000);
  expect(retryAfterMs).toBeLessThanOrEqual(10_000);
  node.stop();
});

it("counts on each node alone while Redis is away, and never what is off", async () => {
  const nodes = [build(true), build(true)];
  expect(await outcomes(Array.from({ length: 60 }, (_, i) => nodes[i % 2]!.take("messages", "ann")))).toBe(
    40,
  );
  expect(await outcomes(Array.from({ length: 500 }, () => nodes[0]!.take("commands", "ann")))).toBe(500);
  nodes.forEach((node) => node.stop());
});

it("does not make anybody wait for a Redis that does not answer", async () => {
  const node = build();
  await redis.client.sendCommand(["CLIENT", "PAUSE", "1500", "ALL"]);
  const ended: string[] = [];
  const answer = redis.client.ping().then(() => ended.push("Redis"));
  await node.take("messages", "cid");
  ended.push("the limit");
  await answer;
  expect(ended).toEqual(["the limit", "Redis"]);
  node.stop();
});

const passes = (node: ReturnType<typeof build>, who: string) => node.pass(["messages"], who);

it("counts all who are known to have enough left with one command, after they have passed", async () => {
  const node = build();
  const people = Array.from({ length: 10 }, (_, n) => `known ${n}`);
  await Promise.all(people.map(async (who) => passes(node, who)));
  const evaluated = vi.spyOn(redis.client, "eval");
  for (const who of people) await passes(node, who);
  expect(evaluated).not.toHaveBeenCalled();
  await eventually("the count", async () => evaluated.mock.calls.length > 0);
  expect(evaluated).toHaveBeenCalledTimes(1);
  evaluated.mockRestore();
  // They were counted: of the burst of twenty each has used two.
  expect(await outcomes(Array.from({ length: 30 }, () => node.take("messages", "known 0")))).toBe(18);
  node.stop();
});

it("lets nobody pass more than the burst on one node, however he goes about it", async () => {
  const node = build();
  let allowed = 0;
  for (let n = 0; n < 40; n += 1) {
    allowed += await outcomes(Array.from({ length: (n % 3) + 1 }, () => passes(node, "fay")));
    // Who waits has all be counted who passed before.
    if (n % 5 === 0) await node.take("guests", `other ${n}`);
  }
  expect(allowed).toBe(20);
  node.stop();
});

it("counts who passed before who asks after him", async () => {
  const node = build();
  await passes(node, "ida");
  expect(await outcomes(Array.from({ length: 30 }, () => passes(node, "ida")))).toBe(19);
  node.stop();
});

it("lets one more pass at a node that believes in what another has used up, once", async () => {
  const nodes = [build(), build()] as const;
  expect(await outcomes([passes(nodes[0], "gus"), passes(nodes[1], "gus")])).toBe(2);
  expect(await outcomes(Array.from({ length: 30 }, () => nodes[1].take("messages", "gus")))).toBe(18);
  expect(await outcomes(Array.from({ length: 30 }, () => passes(nodes[0], "gus")))).toBe(1);
  expect(await outcomes(Array.from({ length: 30 }, () => passes(nodes[0], "gus")))).toBe(0);
  nodes.forEach((node) => node.stop());
});

it("keeps the order in which somebody asked", async () => {
  const node = build();
  const order: number[] = [];
  for (let n = 0; n < 15; n += 1) {
    void passes(node, "hal").then(() => order.push(n));
    if (n % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually("all", async () => order.length === 15);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  node.stop();
});
