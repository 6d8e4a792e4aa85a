import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PresenceCounts } from "../../shared/presence.js";
import type { Cut } from "../faults/proxy.js";
import { tellRedis } from "../faults/servers.js";
import { nodes, startWorld, type World } from "../faults/world.js";
import { eventually } from "../support/eventually.js";
import { metricsKey, readMetrics } from "../support/metrics.js";
import { connect, connectAdmin, type Person } from "../support/person.js";
import { relayTo, type Relay } from "../support/relay.js";
import { enter, guest, request } from "../support/session.js";

let world: World;
let relay: Relay;
let ann: Person;
let bob: Person;
let dashboard: ReturnType<typeof connectAdmin>;
/** What an admin on node-1 was told, oldest first. */
const news: string[] = [];
/** The others took it for lost, and the emitter tells that too. */
const isOfItself = (text: string) => /^node-1 (degraded|recovered)$/.test(text);
/** How many are online, as Bob was told. */
const told: PresenceCounts[] = [];

const url = (id: string) => world.stack.process(id).url;
const status = async (id: string) => (await request(url(id), "GET", "/health")).body.status;
const metric = async (id: string, series: string) => (await readMetrics(url(id)))(series);

beforeAll(async () => {
  // Whoever can not renew his leases has lost them a second after a heartbeat.
  world = await startWorld({
    env: { METRICS_API_KEY: metricsKey, HEARTBEAT_INTERVAL_MS: "6000", INSTANCE_TIMEOUT_MS: "6500" },
  });
  // Ann's way leads through nginx to node-1.
  relay = await relayTo(world.stack.url, "node-1");
  ann = await connect(await guest(relay.url, "Ann"));
  bob = await connect(await guest(url("node-2"), "Bob"));
  bob.socket.on("presence:diff", ({ room, counts }) => void (room === undefined && told.push(counts)));
  await ann.join("general");
  await bob.join("general");
  dashboard = connectAdmin(await enter(url("node-1"), "/api/session", world.stack.admin));
  dashboard.on("cluster:event", ({ kind, instanceId }) => void news.push(`${instanceId} ${kind}`));
  dashboard.on("cluster:health", ({ degraded }) => void news.push(degraded ? "all unknown" : "all known"));
});
afterAll(async () => {
  dashboard?.close();
  ann?.close();
  bob?.close();
  relay?.close();
  await world?.stop();
});
afterEach(async () => {
  world.toRedis.heal();
  await maxMemory("0");
});

const maxMemory = (value: string) => tellRedis(world.redis.url, ["CONFIG", "SET", "maxmemory", value]);
const instances = ["node-1", "node-2", "node-3", "emitter-1", "worker-1"];
const allAre = async (wanted: string) =>
  (await Promise.all(instances.map(status))).every((one) => one === wanted);

/** What one says the other sees within 2 s; returns the ms it took. */
async function reaches(from: Person, to: Person, text: string): Promise<number> {
  const saidAt = performance.now();
  expect(await from.say("general", text)).toMatchObject({ ok: true });
  await eventually(`"${text}" is seen`, () => to.texts("general").includes(text), 2000);
  return Math.round(performance.now() - saidAt);
}

const bothWays = async (text: string) => [
  await reaches(ann, bob, `${text}, from Ann`),
  await reaches(bob, ann, `${text}, from Bob`),
];

describe("F-8 Redis cut from one node", () => {
  it.each<Cut>(["reset", "hold", "swallow"])(
    "by %s: that node is degraded, chats on, and recovers",
    async (how) => {
      const leaver = await connect(await guest(url("node-1"), "Leaver"));
      await eventually("all three are online", () => told.at(-1)?.guests === 3);
      let disconnects = 0;
      for (const { socket } of [ann, bob]) socket.on("disconnect", () => void (disconnects += 1));
      news.splice(0);
      const cutAt = performance.now();
      world.toRedis.cut(how, "node-1");
      const noticed = (async () => {
        await eventually("node-1 is degraded", async () => (await status("node-1")) === "degraded", 3000);
        expect(await metric("node-1", "chat_pubsub_degraded")).toBe(1);
        return Math.round(performance.now() - cutAt);
      })();
      const [atOnce, noticedMs] = await Promise.all([bothWays(`${how}, before anybody knows`), noticed]);

      const health = await request(relay.url, "GET", "/health");
      expect(health.status).toBe(200);
      expect(health.body).toMatchObject({
        instanceId: "node-1",
        checks: { redis: "failed", database: "ok" },
      });
      const newcomer = await connect(await guest(relay.url, "Newcomer"));
      try {
        await newcomer.join("general");
        await reaches(newcomer, bob, `${how}, from somebody new`);
      } finally {
        newcomer.close();
      }
      leaver.close();
      const meanwhile = await bothWays(`${how}, degraded`);
      expect(await Promise.all(["node-2", "node-3"].map(status))).toEqual(["ok", "ok"]);

      await eventually("its admins are told", () => news.includes("all unknown"), 3000);
      expect(news.filter(isOfItself)).toEqual(["node-1 degraded"]);

      const healedAt = performance.now();
      world.toRedis.heal();
      await eventually("node-1 is well", async () => (await status("node-1")) === "ok", 2000);
      const healedMs = Math.round(performance.now() - healedAt);
      await eventually("its admins are told of that", () => news.at(-1) === "all known", 6000);
      expect(news.filter(isOfItself)).toEqual(["node-1 degraded", "node-1 recovered"]);
      const received = await metric("node-1", "chat_pubsub_received_total");
      await eventually("the live path leads to node-1 again", async () => {
        await reaches(bob, ann, `${how}, healed ${Math.random()}`);
        return (await metric("node-1", "chat_pubsub_received_total")) > received;
      });
      await eventually("who left meanwhile is online nowhere", () => told.at(-1)?.guests === 2, 5000);
      expect(disconnects).toBe(0);
      expect(ann.texts("general")).toEqual(bob.texts("general").slice(-ann.texts("general").length));
      console.log({ how, noticedMs, healedMs, atOnce, meanwhile });
    },
  );
});

describe("F-22 Redis full", () => {
  it("shows as degraded and hurts neither chat nor logins nor limits, for longer than leases last", async () => {
    const password = "correct horse battery";
    await enter(url("node-3"), "/api/users", { name: "Dora", password });
    const before = nodes(world).map(({ pid }) => pid);
    await eventually("presence is right", () => told.at(-1)?.guests === 2);
    told.splice(0, told.length - 1);

    const fullAt = performance.now();
    await maxMemory("1");
    await eventually("every instance is degraded", () => allAre("degraded"), 3000);
    for (const id of instances) expect(await metric(id, "chat_pubsub_degraded")).toBe(1);
    const failures = await metric("node-1", "chat_pubsub_publish_failures_total");
    const received = await metric("node-2", "chat_pubsub_received_total");
    const repaired = await metric("node-2", "chat_delivery_repaired_total");
    // Longer than the time-out, after which the registry's entries and the leases are gone.
    let said = 0;
    while (performance.now() - fullAt < 8000) {
      await bothWays(`full ${(said += 1)}`);
      await eventually("some time is over", () => performance.now() - fullAt > said * 500, 20_000);
    }
    // Publishing goes on: nothing had to be fetched from the log.
    const counted = {
      unheard: Math.max(0, received + said - (await metric("node-2", "chat_pubsub_received_total"))),
      repaired: (await metric("node-2", "chat_delivery_repaired_total")) - repaired,
      failures: (await metric("node-1", "chat_pubsub_publish_failures_total")) - failures,
    };
    expect(counted).toEqual({ unheard: 0, repaired: 0, failures: 0 });

    const login = async (name: string, secret: string) =>
      (await request(url("node-3"), "POST", "/api/session", { name, password: secret })).status;
    expect(await login("Dora", password)).toBe(201);
    const refusals = await Promise.all(Array.from({ length: 10 }, () => login("Dora", "a wrong password")));
    expect(refusals.filter((code) => code === 429).length).toBeGreaterThanOrEqual(5);

    await maxMemory("0");
    await eventually("every instance is well", () => allAre("ok"), 3000);
    const newcomer = await connect(await guest(url("node-3"), "Late"));
    await eventually("presence is right again", () => told.at(-1)?.guests === 3, 5000);
    await eventually(
      "the registry has everybody",
      async () => (await metric("node-1", "chat_instances")) === instances.length,
      5000,
    );
    await bothWays("no longer full");
    newcomer.close();
    // Nobody seemed offline meanwhile.
    expect(Math.min(...told.map(({ guests }) => guests)), JSON.stringify(told)).toBe(2);
    expect(nodes(world).map(({ pid }) => pid)).toEqual(before);
  });
});
