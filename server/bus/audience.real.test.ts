import { Server } from "socket.io";
import { afterEach, expect, it } from "vitest";
import type { RoomEvents } from "../../shared/room-events.js";
import { openTestBus, type TestBus } from "../test/bus.js";
import { baseChannel, roomEventsChannel } from "./channels.js";
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
  /** Something new in each of these rooms, all at once. */
  const say = (...rooms: string[]) => {
    offset += 1;
    const sender = { id: "ann", name: "Ann", role: "member" as const };
    const event = { kind: "delete" as const, offset, id: "x", at: 1, sender, clientId: "c", target: "t" };
    const batches: RoomEvents[] = rooms.map((room) => ({ room, epoch: "1", events: [event] }));
    return test.bus.tellRooms(batches);
  };
  /** Messages published, all of those sent until now. */
  const published = async () => {
    // Its answer comes by the same connection, after theirs.
    await test.bus.countListeners(["nobody's"]);
    return (await test.metrics.pubsubPublished.get()).values[0]?.value ?? 0;
  };
  return { ...test, heard, orders, say, published };
}

type Node = Awaited<ReturnType<typeof open>>;

/** Passes when the others have heard all that `from` has said: they have its order after it. */
async function heardAll(from: Node, ...others: Node[]): Promise<void> {
  for (const { boot, orders } of others) {
    orders.length = 0;
    await from.bus.order(boot, "that was all");
    await eventually("his order", () => orders.length > 0);
  }
}

it("publishes nothing for nobody, and all of it once somebody listens", async () => {
  const known = new Set<string>();
  const [a, b] = [await open(known), await open(known)];
  await a.bus.rooms.followRoom("a");
  a.say("a");
  await eventually("the first is published", async () => (await a.published()) === 1);
  for (let n = 0; n < 50; n += 1) a.say("a");
  expect(await a.published()).toBe(1);
  await b.bus.rooms.followRoom("a");
  // What b says after it is heard after it.
  await b.bus.order(a.boot, "go on");
  await eventually("a hears b", () => a.orders.length > 0);
  for (let n = 0; n < 50; n += 1) a.say("a");
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
    a.say("a");
    return b.heard.length > 0;
  });
});

it("goes on publishing where it does not listen itself", async () => {
  const known = new Set<string>();
  const a = await open(known);
  for (let n = 0; n < 5; n += 1) a.say("a");
  await eventually("all are published", async () => (await a.published()) === 5);
});

it("says together, once, what is for rooms that every node listens to, and the rest where it is listened to", async () => {
  const known = new Set<string>();
  const nodes = [await open(known), await open(known), await open(known)] as const;
  const [a, b, c] = nodes;
  for (const { bus } of nodes) for (const room of ["x", "y", "z"]) await bus.rooms.followRoom(room);
  for (const { bus } of [a, b]) await bus.rooms.followRoom("ab");
  await a.bus.rooms.followRoom("own");
  const rooms = ["x", "y", "z", "ab", "own"];
  // Until it is known who listens each has its own, and what nobody hears is not published a second time.
  await eventually("who listens is known", async () => {
    const before = await a.published();
    return a.say(...rooms) === 3 && (await a.published()) - before === 2;
  });
  await heardAll(a, b, c);
  for (const { roomsHeard } of nodes) roomsHeard.length = 0;
  a.say("own");
  const before = await a.published();
  expect(a.say(...rooms)).toBe(3);
  await heardAll(a, b, c);
  expect((await a.published()) - before).toBe(2);
  expect(b.roomsHeard.toSorted()).toEqual(["ab", "x", "y", "z"]);
  expect(c.roomsHeard).toEqual(["x", "y", "z"]);
  expect(a.roomsHeard).toEqual([]);
});

it("keeps to each room's channel while one node, of an older version, does not hear what is said together", async () => {
  const known = new Set<string>();
  const [a, b] = [await open(known), await open(known)];
  const rooms = ["x", "y"];
  for (const { bus } of [a, b]) for (const room of rooms) await bus.rooms.followRoom(room);
  await eventually("it goes together", async () => {
    const before = await a.published();
    a.say(...rooms);
    return (await a.published()) - before === 1;
  });
  const older = await connectRedis(6);
  const channels = [baseChannel("/"), ...rooms.map(roomEventsChannel)];
  await older.client.subscribe(channels, () => {});
  await eventually("each room has its own", async () => {
    const before = await a.published();
    return a.say(...rooms) === 0 && (await a.published()) - before === 2;
  });
  // Now as many are known to listen as there are nodes.
  const before = await a.published();
  expect([a.say(...rooms), a.say(...rooms)]).toEqual([0, 0]);
  expect((await a.published()) - before).toBe(4);
  await older.close();
});

it("splits what is too much for one message, and keeps its order", async () => {
  const known = new Set<string>();
  const [a, b] = [await open(known), await open(known)];
  const rooms = Array.from({ length: 3000 }, (_, n) => `room-${n}`);
  for (const { bus } of [a, b]) await Promise.all(rooms.map((room) => bus.rooms.followRoom(room)));
  await eventually(
    "who listens is known",
    async () => {
      const before = await a.published();
      a.say(...rooms);
      await b.bus.order(a.boot, "go on");
      return (await a.published()) - before === 2;
    },
    20_000,
  );
  await heardAll(a, b);
  b.roomsHeard.length = 0;
  const before = await a.published();
  a.say(...rooms);
  await eventually("all rooms", () => b.roomsHeard.length >= rooms.length);
  expect(b.roomsHeard).toEqual(rooms);
  expect((await a.published()) - before).toBe(2);
});
