import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { User } from "../../shared/values.js";
import { connectRedis, eventually } from "../test/services.js";
import { createPresenceStore } from "./store.js";

let redis: Awaited<ReturnType<typeof connectRedis>>;
beforeAll(async () => void (redis = await connectRedis(2)));
beforeEach(async () => void (await redis.client.flushDb()));
afterAll(() => redis.close());

const ann: User = { id: "u1", name: "Ann", role: "member" };
const bob: User = { id: "g1", name: "Bob", role: "guest" };
const open = (boot: string, leaseMs = 60_000) => createPresenceStore(() => redis.client, boot, leaseMs);
const inside = (...users: User[]) => new Map([["general", users]]);

it("counts a user of two instances once, until the last one gives him up", async () => {
  const [a, b] = [open("a"), open("b")];
  await a.renew([ann, bob], inside(ann, bob));
  await b.renew([ann], inside(ann));
  expect(await a.counts()).toEqual({ guests: 1, members: 1, admins: 0 });
  expect((await b.inRoom("general")).map(({ name }) => name).sort()).toEqual(["Ann", "Bob"]);
  await a.depart(ann);
  await a.leaveRoom("general", ann);
  expect((await b.counts()).members).toBe(1);
  expect(await b.inRoom("general")).toContainEqual(ann);
  await b.depart(ann);
  await b.leaveRoom("general", ann);
  expect(await a.counts()).toEqual({ guests: 1, members: 0, admins: 0 });
  expect(await a.inRoom("general")).toEqual([bob]);
});

it("takes away all that a dead boot had, but for who is on another one too", async () => {
  const [dead, living] = [open("a"), open("b")];
  const many = Array.from({ length: 1201 }, (_, i): User => ({ id: `m${i}`, name: `M${i}`, role: "member" }));
  await dead.renew(
    [ann, bob, ...many],
    new Map([
      ["general", [ann, bob, ...many]],
      ["random", [bob]],
    ]),
  );
  await living.renew([ann], inside(ann));
  expect((await living.sweep("a")).sort()).toEqual(["general", "random"]);
  expect(await living.counts()).toEqual({ guests: 0, members: 1, admins: 0 });
  expect(await living.inRoom("general")).toEqual([ann]);
  expect(await living.inRoom("random")).toEqual([]);
  expect(await living.sweep("a")).toEqual([]);
  await living.depart(ann);
  await living.leaveRoom("general", ann);
  expect((await redis.client.keys("*")).filter((key) => key.includes(":a:"))).toEqual([]);
});

it("is rebuilt by the next renewal after Redis was emptied", async () => {
  const store = open("a");
  await store.renew([ann], inside(ann));
  await redis.client.flushDb();
  expect((await store.counts()).members).toBe(0);
  await store.renew([ann], inside(ann));
  expect((await store.counts()).members).toBe(1);
  expect(await store.inRoom("general")).toEqual([ann]);
});

it("forgets the users of an instance that stopped renewing, by Redis' clock", async () => {
  const [dying, living] = [open("a", 300), open("b")];
  await dying.renew([ann], inside(ann));
  await living.renew([bob], inside(bob));
  const score = Number(await redis.client.zScore("chat:presence:global:members", ann.id));
  const [seconds, micros] = (await redis.client.sendCommand(["TIME"])) as unknown as [string, string];
  const redisNow = Number(seconds) * 1000 + Number(micros) / 1000;
  expect(Math.abs(score - redisNow - 300)).toBeLessThan(200);
  await eventually("the dead instance's user gone", async () => (await living.counts()).members === 0, 3000);
  expect(await living.counts()).toEqual({ guests: 1, members: 0, admins: 0 });
  await living.renew([bob], inside(bob));
  expect(await living.inRoom("general")).toEqual([bob]);
});

it("renews more users than one script takes", async () => {
  const many = Array.from({ length: 1201 }, (_, i): User => ({ id: `m${i}`, name: `M${i}`, role: "member" }));
  const store = open("a");
  await store.renew(many, inside(...many));
  expect((await store.counts()).members).toBe(1201);
  expect(await store.inRoom("general")).toHaveLength(1201);
});

it("takes out leases that are over, of roles that it has nobody of too", async () => {
  await redis.client.zAdd("chat:presence:global:guests", { score: 1, value: "stale" });
  await redis.client.zAdd("chat:presence:global:admins", { score: Date.now() + 60_000, value: "live" });
  await open("a").prune();
  expect(await redis.client.zRange("chat:presence:global:guests", 0, -1)).toEqual([]);
  expect(await redis.client.zRange("chat:presence:global:admins", 0, -1)).toEqual(["live"]);
});

it("rejects while Redis is away", async () => {
  const store = createPresenceStore(() => null, "a", 1000);
  await expect(store.counts()).rejects.toThrow("redis does not answer");
});
