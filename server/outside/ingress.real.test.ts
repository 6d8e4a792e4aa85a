import { Emitter } from "@socket.io/redis-emitter";
import { encode } from "notepack.io";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createMetrics } from "../metrics/metrics.js";
import { openTestBus, type TestBus } from "../test/bus.js";
import { connectRedis, eventually, redisUrl, silent } from "../test/services.js";
import { createIngress } from "./ingress.js";

interface Node extends TestBus {
  heard: unknown[][];
  drops: ReturnType<typeof createMetrics>["pubsubDropped"];
}

const known = new Set<string>();
let redis: Awaited<ReturnType<typeof connectRedis>>;
let outside: Emitter;
let nodes: [Node, Node];

async function startNode(): Promise<Node> {
  const test = openTestBus(redisUrl(6), known);
  const heard: unknown[][] = [];
  test.bus.listenOutside(
    createIngress({
      bucket: { burst: 20, perSecond: 0.001 },
      tellRoom: (...all) => void heard.push(all),
      announce: (...all) => void heard.push(all),
      metrics: test.metrics,
      log: silent,
    }),
  );
  expect(await test.bus.ready(5000)).toBe(true);
  return { ...test, heard, drops: test.metrics.pubsubDropped };
}

beforeAll(async () => {
  redis = await connectRedis(6);
  outside = new Emitter(redis.client, { key: "chat:ext" });
  nodes = [await startNode(), await startNode()];
});
afterAll(async () => {
  await Promise.all(nodes.map(({ bus }) => bus.close()));
  await redis.close();
});
beforeEach(() => nodes.forEach(({ heard }) => heard.splice(0)));

const dropped = async ({ drops }: Node, reason: string) =>
  (await drops.get()).values.find(({ labels }) => labels.reason === reason)?.value ?? 0;

let markers = 0;
/** Publishes a marker behind what was sent; every node may have heard only `expected` before it. */
async function expectHeard(...expected: unknown[][]): Promise<void> {
  markers += 1;
  const marker = { source: `marker ${markers}`, type: "marker", data: null };
  outside.to("room:markers").emit("external:event", marker);
  for (const { heard } of nodes) {
    await eventually("the marker", () => heard.some(([room]) => room === "markers"));
    expect(heard).toEqual([...expected, ["markers", marker]]);
  }
}

it("hears the stock emitter at every node, once", async () => {
  const event = { source: "weather", type: "rain", data: { mm: [1, 2.5], for: "Utrecht" } };
  outside.to("room:general").emit("external:event", event);
  outside.volatile.to("room:general").emit("external:event", event);
  outside.emit("announcement:created", { text: "Rain is coming", level: "warning" });
  await expectHeard(["general", event], ["general", event], [{ text: "Rain is coming", level: "warning" }]);
});

it("hears nothing else that the stock emitter can do, and nothing that is no event", async () => {
  const before = await Promise.all(nodes.map((node) => dropped(node, "outside_unknown_event")));
  outside.to("room:general").emit("room:events", { room: "general", epoch: "1", events: [] });
  outside.emit("session:ended", { reason: "kicked" });
  outside.of("/admin").emit("cluster:event", {});
  outside.disconnectSockets(true);
  outside.socketsJoin("room:secret");
  outside.serverSideEmit("presence:changed", []);
  for (const bytes of [
    "",
    "hello",
    Buffer.from([0xc1]),
    Buffer.from([0xc9, 0xff, 0xff, 0xff, 0xff, 0]),
    Buffer.from("dd01ffffff".repeat(6000), "hex"),
    Buffer.alloc(200_000, 0x91),
    encode(["x", { type: 1, data: ["external:event"], nsp: "/" }, { rooms: [] }]),
  ])
    await redis.client.publish("chat:ext#/#", bytes);
  await expectHeard();
  const after = await Promise.all(nodes.map((node) => dropped(node, "outside_unknown_event")));
  expect(after.map((value, i) => value - (before[i] ?? 0))).toEqual([2, 2]);
});

it("hears nothing through the channels of the cluster", async () => {
  const forged = new Emitter(redis.client, { key: "chat:io" });
  forged.to("room:general").emit("external:event", { source: "weather", type: "rain", data: 1 });
  await expectHeard();
});

it("hears no more of a source than its bucket holds, and others all the same", async () => {
  const event = (source: string) => ({ source, type: "noise", data: null });
  for (let i = 0; i < 200; i += 1) outside.to("room:general").emit("external:event", event("loud"));
  await expectHeard(...Array.from({ length: 20 }, () => ["general", event("loud")]));
  expect(await dropped(nodes[0], "outside_rate_limited")).toBe(180);
});
