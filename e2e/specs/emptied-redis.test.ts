import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PresenceCounts } from "../../shared/presence.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { guest, request } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

// Somebody empties Redis and no connection breaks, so nothing tells the instances but what they look at. Their
// heartbeats are too far apart to help here.

const key = "metrics-key-0123456789-abcdefghijklmnop";
const dedupWindowMs = 5000;
/** What is on its way for longer is brought by the second look at the heads, 300 ms after the first. */
const onItsWayMs = 250;

let stack: Stack;
let redis: ReturnType<typeof createClient>;
let ann: Person;
let ben: Person;
beforeAll(async () => {
  stack = await startStack({
    NODES: "2",
    METRICS_API_KEY: key,
    HEARTBEAT_INTERVAL_MS: "120000",
    INSTANCE_TIMEOUT_MS: "240000",
    DEDUP_WINDOW_MS: String(dedupWindowMs),
    LIMIT_MESSAGES: "off",
    LIMIT_COMMANDS: "off",
  });
  redis = createClient({ url: `redis://127.0.0.1:${stack.process("redis").port}` });
  await redis.connect();
  [ann, ben] = [await personOn("node-1", "Ann"), await personOn("node-2", "Ben")];
});
afterAll(async () => {
  ann?.close();
  ben?.close();
  await redis?.close();
  await stack?.stop();
});

async function personOn(node: string, name: string): Promise<Person> {
  const person = await connect(await guest(stack.process(node).url, name));
  await person.join("general");
  return person;
}

/** Messages from Redis that the nodes did not believe, and how many events the look at the heads had to bring. */
async function troubles(): Promise<{ dropped: string[]; repaired: number }> {
  const headers = { authorization: `Bearer ${key}`, accept: "text/plain" };
  const texts = await Promise.all(
    ["node-1", "node-2"].map(
      async (node) => (await request(stack.process(node).url, "GET", "/metrics", undefined, headers)).body,
    ),
  );
  const lines = texts.flatMap(({ text }) => (text as string).split("\n"));
  const repaired = lines.flatMap((line) => /^chat_delivery_repaired_total (\d+)$/.exec(line)?.[1] ?? []);
  return {
    dropped: lines.filter((line) => /^chat_pubsub_dropped_total.* (?!0$)/.test(line)),
    repaired: repaired.reduce((sum, count) => sum + Number(count), 0),
  };
}

/** What the nodes warned of, for who wants to know why. */
function warnings(): string {
  const logs = ["node-1", "node-2"].map((node) =>
    readFileSync(join(stack.dataDir, "logs", `${node}.log`), "utf8"),
  );
  return logs
    .flatMap((log) => log.split("\n"))
    .filter((line) => /"level":(40|50|60)|degraded/.test(line))
    .join("\n");
}

it("drops no message, and has presence and registry back within a look", async () => {
  const told: PresenceCounts[] = [];
  ben.socket.on("presence:diff", ({ room, counts }) => void (room === undefined && told.push(counts)));
  await eventually("both are counted", async () => (await redis.zCard("chat:presence:global:guests")) === 2);
  const instances = await redis.zCard("chat:instances");
  const before = await troubles();

  const emptied = performance.now();
  await redis.flushAll();
  const back = eventually(
    "all instances, both people and their places in the room",
    async () =>
      (await redis.zCard("chat:instances")) === instances &&
      (await redis.zCard("chat:presence:global:guests")) === 2 &&
      (await redis.zCard("chat:presence:room:general")) === 2,
    3000,
  );
  const said: string[] = [];
  let late = 0;
  async function talk(): Promise<void> {
    // For longer than somebody is heard who stands in no registry.
    while (performance.now() - emptied < dedupWindowMs + 4000) {
      const [speaker, hearer] = said.length % 2 === 0 ? [ann, ben] : [ben, ann];
      const text = `message ${said.length}`;
      const since = performance.now();
      expect((await speaker.say("general", text)).ok).toBe(true);
      said.push(text);
      await eventually(text, () => hearer.texts("general").at(-1) === text);
      if (performance.now() - since > onItsWayMs) late += 1;
    }
  }
  await Promise.all([back, talk()]);
  const after = await troubles();
  expect(after.dropped, warnings()).toEqual(before.dropped);
  // Where the machine stood still, a look at the heads may have come first.
  expect(after.repaired - before.repaired, `late: ${late}\n${warnings()}`).toBeLessThanOrEqual(late);
  expect(ben.texts("general")).toEqual(said);
  await eventually("nobody is told of fewer people", () => (told.at(-1)?.guests ?? 2) === 2);
  const cara = await personOn("node-1", "Cara");
  await eventually("all three are told to the other node's people", () => told.at(-1)?.guests === 3);
  cara.close();
}, 60_000);
