import { setTimeout as pass } from "node:timers/promises";
import { createClient, type RedisClientType } from "redis";
import { measureCpu } from "../cpu.js";
import type { Figures, Row } from "../figures.js";
import { startParley } from "../parley.js";
import { addPeers, removePeers } from "../scaling/peers.js";
import { micros, perSecond, usedBy, type Used } from "../scaling/used.js";
import { amplified, idleConnections, measureAmplified } from "./amplified.js";
import type { Part, Round, Scenario } from "./scenario.js";

// What a node does that nobody has asked for is little each second. So each kind is made frequent by a setting or
// given much to do at once, and what it costs is the difference to a node that has none of it.

const row = (work: string, figures: Figures): Row => ({
  scenario: "overhead",
  work,
  subject: "parley",
  figures,
});

async function withRedis<T>(url: string, work: (client: RedisClientType) => Promise<T>): Promise<T> {
  const client: RedisClientType = createClient({ url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

const nothing: Used = { node: 0, redis: 0, database: 0 };
const peers = 1000;
const heardCount = 8000;
const baseChannel = "chat:io#/#";
/** As long as a heartbeat; its seal is checked like any other, and is wrong. */
const unsealed = Buffer.alloc(56, 1);

/** A node without sockets, beside entries of many others, and hearing what all nodes hear. */
async function measureAlone({ services, isQuick, tell }: Round): Promise<{ rows: Row[]; second: Used }> {
  const subject = await startParley(services);
  const seconds = isQuick ? 4 : 10;
  const watch = async () => perSecond(await usedBy(services, subject, () => pass(seconds * 1000)), seconds);
  try {
    // What it does at its start is over.
    await pass(isQuick ? 2000 : 5000);
    const second = await watch();
    tell(`idle node: ${(second.node * 1000).toFixed(1)} ms a second`);
    return await withRedis(services.redisUrl, async (client) => {
      const entered = await addPeers(client, peers);
      await pass(1500);
      const looking = await watch();
      await removePeers(client, entered);
      await pass(1500);
      const began = performance.now();
      const used = await usedBy(services, subject, async () => {
        for (let i = 0; i < heardCount; i += 1) await client.publish(baseChannel, unsealed);
      });
      const heardFor = (performance.now() - began) / 1000;
      const hearing = perSecond(used, heardFor);
      const rows = [
        row("a second of an idle node", micros(second, nothing, 1)),
        row("an instance in the registry, each second", micros(looking, second, peers)),
        row("a message on a base channel", micros(hearing, second, heardCount / heardFor)),
      ];
      return { rows, second };
    });
  } finally {
    await subject.stop();
  }
}

const listeners = 32;
const publishCount = 4000;

/** What Redis pays for publishing, and for each connection that it gives a message to. */
async function measureRedis({ services: { redisUrl, pids }, tell }: Round): Promise<Row[]> {
  return withRedis(redisUrl, async (client) => {
    const used: number[] = [];
    const listening: RedisClientType[] = [];
    const channel = "bench:listeners";
    const payload = Buffer.alloc(450, 1);
    for (const count of [0, listeners]) {
      while (listening.length < count) {
        const listener: RedisClientType = createClient({ url: redisUrl });
        await listener.connect();
        await listener.subscribe(channel, () => {}, true);
        listening.push(listener);
      }
      const read = measureCpu({ redis: [pids.redis] });
      for (let i = 0; i < publishCount; i += 1) await client.publish(channel, payload);
      used.push((read().redis / publishCount) * 1e6);
    }
    listening.forEach((listener) => listener.destroy());
    const [publish = 0, withAll = 0] = used;
    const delivery = (withAll - publish) / listeners;
    tell(`redis: ${publish.toFixed(1)} µs a publish, ${delivery.toFixed(1)} µs a delivery`);
    return [row("redis alone", { "redis µs/publish": publish, "redis µs/delivery": delivery })];
  });
}

/** One after the other: each is compared with one before it. */
function parts(): Part[] {
  let alone: Used | null = null;
  let connected: Used | null = null;
  const known = (used: Used | null) => {
    if (used === null) throw new Error("what it is compared with was not measured");
    return used;
  };
  return [
    async (round) => {
      const { rows, second } = await measureAlone(round);
      alone = second;
      return rows;
    },
    measureRedis,
    async (round) => {
      const measured = await measureAmplified(round, idleConnections, known(alone));
      connected = measured.second;
      return [measured.row];
    },
    ...amplified.map((one): Part => async (round) => [
      (await measureAmplified(round, one, known(connected))).row,
    ]),
  ];
}

/** What is paid without a message: by every node for every other, for every room and for every member. */
export const overhead: Scenario = {
  name: "overhead",
  title: "CPU for what goes on without a message (µs, for one of each)",
  isSlow: true,
  parts,
};
