import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createMetrics } from "../metrics/metrics.js";
import { connectRedis, silent } from "../test/services.js";
import { createLimiter } from "./bucket.js";

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
