import { Server } from "socket.io";
import { afterEach, expect, it } from "vitest";
import type { RoomEvents } from "../../shared/room-events.js";
import { openTestBus, type TestBus } from "../test/bus.js";
import { connectRedis, eventually, redisUrl } from "../test/services.js";

const opened: TestBus[] = [];
afterEach(async () => {
  for (const { bus } of opened.splice(0)) await bus.close();
});

/** A node's bus, and the offsets of what it heard. */
async function open(known: Set<string>) {
  const heard: number[] = [];
  const orders: string[] = [];
  const test = openTestBus(redisUrl(6), known, {
    onOrder: (order) => void orders.push(order),
    onRoomEvents: ({ events }) => void heard.push(...events.map(({ offset }) => offset)),
  });
  opened.push(test);
  expect(new Server({ adapter: test.bus.adapter }).of("/").name).toBe("/");
  expect(await test.bus.ready(5000)).toBe(true);
  let offset = 0;
  const say = () => {
    offset += 1;
    const sender = { id: "ann", name: "Ann", role: "member" as const };
    const event = { kind: "delete" as const, offset, id: "x", at: 1, sender, clientId: "c", target: "t" };
    const batch: RoomEvents = { room: "a", epoch: "1", events: [event] };
    test.bus.emitter.to("room:a").emit("room:events", batch);
  };
  const published = async () => (await test.metrics.pubsubPublished.get()).values[0]?.value ?? 0;
  return { ...test, heard, orders, say, published };
}

it("publishes nothing for nobody, and all of it once somebody listens", async () => {
  const known = new Set<string>();
  const [a, b] = [await open(known), await open(known)];
  await a.bus.rooms.followRoom("a");
  a.say();
  await eventually("the first is published", async () => (await a.published()) === 1);
  for (let n = 0; n < 50; n += 1) a.say();
  expect(await a.published()).toBe(1);
  await b.bus.rooms.followRoom("a");
  // What b says after it is heard after it.
  await b.bus.order(a.boot, "go on");
  await eventually("a hears b", () => a.orders.length > 0);
  for (let n = 0; n < 50; n += 1) a.say();
  await eventually("all since then", () => b.heard.length >= 50);
  expect(b.heard).toEqual(Array.from({ length: 50 }, (_, n) => n + 52));
});

it("publishes again for one whose subscriptions were cut and are back", async () => {
  const known = new Set<string>();
  const [a, b] = [await open(known), await open(known)];
  for (const { bus } of [a, b]) await bus.rooms.followRoom("a");
  const resubscribed = b.lost();
  const redis = await connectRedis(6);
  await redis.client.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
  await eventually("b has everything again", () => b.lost() > resubscribed, 5000);
  await redis.close();
  // While b was away a may have found itself alone.
  await eventually("b hears a", () => {
    a.say();
    return b.heard.length > 0;
  });
});

it("goes on publishing where it does not listen itself", async () => {
  const known = new Set<string>();
  const a = await open(known);
  for (let n = 0; n < 5; n += 1) a.say();
  await eventually("all are published", async () => (await a.published()) === 5);
});
