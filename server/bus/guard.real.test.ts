import { randomUUID } from "node:crypto";
import { Server } from "socket.io";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterSecret, openTestBus } from "../test/bus.js";
import { droppedFor, joinAs, total } from "../test/node.js";
import { broadcast, event, opts, startPair, type Pair } from "../test/pair.js";
import { eventually, redisUrl } from "../test/services.js";
import { adapterKey, baseChannel, everyRoomChannel, roomEventsChannel } from "./channels.js";
import { createSeal } from "./seal.js";

/** How many of its own heartbeats a node has heard. */
const beatsOf = async ({ metrics }: Pair["a"]) =>
  (await metrics.pubsubLatency.get()).values.find(({ metricName }) => metricName?.endsWith("_count"))
    ?.value ?? 0;

describe("two nodes over a Redis that carries anything", () => {
  let pair: Pair;
  let { a, b, redis, known, peer, seal } = {} as Pair;
  beforeAll(async () => {
    pair = await startPair(4);
    ({ a, b, redis, known, peer, seal } = pair);
  });
  afterAll(() => pair.close());

  const base = baseChannel("/");
  const hello = (...data: unknown[]) => broadcast(event("hello", ...data));

  /** Publishes bytes; returns what a client of node b heard before the marker behind them. */
  async function heardOf(...messages: [string, Buffer][]): Promise<unknown[][]> {
    const client = await joinAs(b, "/");
    for (const [channel, bytes] of messages) await redis.client.publish(channel, bytes);
    a.io.emit("marker");
    await eventually("the marker", () => client.heard.some(([name]) => name === "marker"));
    client.socket.disconnect();
    return client.heard.filter(([name]) => name !== "marker");
  }

  it("take what an instance of the registry sealed, once, however often it is repeated", async () => {
    const bytes = seal.seal(base, hello(1));
    const next = seal.seal(base, hello(2));
    expect(await heardOf([base, bytes], [base, bytes], [base, next], [base, bytes], [base, next])).toEqual([
      ["hello", 1],
      ["hello", 2],
    ]);
    expect(await droppedFor(b, "repeated")).toBe(3);
  });

  it("drop what was sealed for another channel, with another secret, by nobody known, or long ago", async () => {
    const now = () => Date.now();
    const stranger = createSeal(randomUUID(), [clusterSecret], now);
    const thief = createSeal(peer, ["another-secret-of-forty-characters-or-so"], now);
    const tenMinutes = 600_000;
    const late = createSeal(peer, [clusterSecret], () => Date.now() - tenMinutes);
    const early = createSeal(peer, [clusterSecret], () => Date.now() + tenMinutes);
    const kick = (by: typeof seal) => by.seal(`${adapterKey}-request#/#`, JSON.stringify({ type: 4, opts }));
    const heard = await heardOf(
      [base, seal.seal(roomEventsChannel("general"), hello("moved"))],
      [base, thief.seal(base, hello("thief"))],
      [base, stranger.seal(base, hello("stranger"))],
      [base, late.seal(base, hello("late"))],
      [base, early.seal(base, hello("early"))],
      [`${adapterKey}-request#/#`, kick(stranger)],
      [`${adapterKey}-request#/#`, kick(thief)],
      [base, hello("not sealed")],
    );
    expect(heard).toEqual([]);
    await eventually("nobody knows the stranger", async () => (await droppedFor(b, "unknown_boot")) === 2);
    expect(await droppedFor(b, "too_old")).toBe(2);
  });

  it("hear all that an instance says from when it has entered the registry", async () => {
    const newcomer = randomUUID();
    const by = createSeal(newcomer, [clusterSecret], () => Date.now());
    const client = await joinAs(b, "/");
    known.add(newcomer);
    for (let i = 0; i < 10; i += 1) await redis.client.publish(base, by.seal(base, hello(i)));
    await eventually("the newcomer's ten messages", () => client.heard.length === 10);
    expect(client.heard.map(([, i]) => i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    client.socket.disconnect();
  });

  it("drop of several rooms' events those that are not well-formed, and take the others", async () => {
    const good = (room: string) => ({ room, epoch: "1", events: [] });
    const say = (content: unknown) => {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      return redis.client.publish(everyRoomChannel, seal.seal(everyRoomChannel, text));
    };
    b.roomsHeard.length = 0;
    for (const [content, reason, taken] of [
      ["[", "undecodable", []],
      [good("a"), "bad_shape", []],
      [[good("a"), good("No Room"), good("b")], "bad_shape", ["a", "b"]],
      [[null, good("c")], "bad_shape", ["c"]],
      [[{ ...good("a"), events: [{ kind: "message" }] }], "bad_shape", []],
    ] as const) {
      const before = await droppedFor(b, reason);
      await say(content);
      await eventually(JSON.stringify(content), async () => (await droppedFor(b, reason)) === before + 1);
      expect(b.roomsHeard.splice(0)).toEqual(taken);
    }
    await say([good("a"), good("b")]);
    await eventually("what is well-formed", () => b.roomsHeard.length === 2);
  });

  it("do not take the gaps in their own heartbeats for holes", async () => {
    const client = await joinAs(b, "/");
    const before = a.lost();
    // A heartbeat before, something for others, a heartbeat after.
    for (let n = 0; n < 3; n += 1) {
      const beats = await beatsOf(a);
      a.io.emit("for others", n);
      await eventually("a's next heartbeats", async () => (await beatsOf(a)) >= beats + 4);
    }
    expect(client.heard).toHaveLength(3);
    expect(a.lost()).toBe(before);
    client.socket.disconnect();
  });

  it("notice a hole in what somebody says, and look for what was lost", async () => {
    seal.seal(base, hello("lost on the way"));
    const before = b.lost();
    expect(await heardOf([base, seal.seal(base, hello("after it"))])).toEqual([["hello", "after it"]]);
    expect(b.lost()).toBe(before + 1);
  });

  it("pay nothing for rooms that they have no members of", async () => {
    const client = await joinAs(b, "/");
    const [socket] = await b.io.of("/").local.fetchSockets();
    await b.bus.rooms.followRoom("ours");
    socket?.join("room:ours");
    const before = await total(b.metrics.pubsubReceived);
    for (let i = 0; i < 20; i += 1) a.io.to("room:theirs").emit("not for us", i);
    a.io.to("room:ours").emit("for us");
    await eventually("the event of our room", () => client.heard.length > 0);
    expect(client.heard).toEqual([["for us"]]);
    expect((await total(b.metrics.pubsubReceived)) - before).toBe(1);
    // To one socket, to several rooms, to everybody: over the channel that all nodes hear.
    if (socket) a.io.to(socket.id).emit("to one");
    a.io.to(["room:theirs", "room:ours"]).emit("to two rooms");
    a.io.emit("to all");
    await eventually("all of them", () => client.heard.length === 4);
    expect(client.heard.slice(1).map(([name]) => name)).toEqual(["to one", "to two rooms", "to all"]);
    client.socket.disconnect();
  });

  it("reach each other with different current secrets while both are accepted", async () => {
    const fresh = "a-fresh-secret-of-forty-characters-or-so-";
    const rotating = openTestBus(redisUrl(4), known, { secrets: [fresh, clusterSecret] });
    const both = openTestBus(redisUrl(4), known, { secrets: [clusterSecret, fresh] });
    // Its adapter subscribes as soon as there is a server.
    expect(new Server({ adapter: both.bus.adapter }).of("/").name).toBe("/");
    expect(await rotating.bus.ready(5000)).toBe(true);
    const before = await total(both.metrics.pubsubReceived);
    expect(await both.bus.ready(5000)).toBe(true);
    await eventually("both are heard", async () => {
      rotating.bus.emitter.emit("with the fresh secret");
      a.io.emit("with the old one");
      return (await total(both.metrics.pubsubReceived)) >= before + 2;
    });
    await Promise.all([rotating.bus.close(), both.bus.close()]);
  });
});
