import { randomUUID } from "node:crypto";
import { createServer, type Server as HttpServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { encode } from "notepack.io";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clusterSecret, openTestBus, type TestBus } from "../test/bus.js";
import { connectRedis, eventually, redisUrl } from "../test/services.js";
import { adapterKey, baseChannel, roomEventsChannel } from "./channels.js";
import { createSeal } from "./seal.js";

interface Node extends TestBus {
  io: Server;
  url: string;
  close(): Promise<void>;
}

const known = new Set<string>();

async function startNode(redis: string): Promise<Node> {
  const test = openTestBus(redis, known);
  const { bus } = test;
  const http: HttpServer = createServer();
  const io = new Server(http, { adapter: bus.adapter });
  io.of("/admin");
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  expect(await bus.ready(5000)).toBe(true);
  return {
    ...test,
    io,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      await io.close();
      await bus.close();
    },
  };
}

/** A client that remembers all it hears, and whether it was ever cut. */
async function joinAs(node: Node, namespace: string) {
  const heard: unknown[][] = [];
  const cuts: string[] = [];
  const socket: Socket = connect(node.url + namespace, { transports: ["websocket"], forceNew: true });
  socket.onAny((...all: unknown[]) => void heard.push(all));
  socket.on("disconnect", (reason) => void cuts.push(reason));
  await eventually(`a connection to ${namespace}`, () => socket.connected, 5000);
  return { socket, heard, cuts };
}

const total = async (metric: { get(): Promise<{ values: { value: number }[] }> }) =>
  (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);

const rejections: unknown[] = [];
const remember = (reason: unknown) => void rejections.push(reason);
beforeAll(() => void process.on("unhandledRejection", remember));
afterAll(() => void process.off("unhandledRejection", remember));
beforeEach(() => void rejections.splice(0));

const opts = { rooms: [], except: [], flags: {} };
const broadcast = (packet: unknown, rest: unknown = opts) => encode(["x", packet, rest]);
const event = (...data: unknown[]) => ({ type: 2, data, nsp: "/" });
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Somebody who has the secret and is in the registry, and still says nonsense. */
const peer = randomUUID();
known.add(peer);
// The tests' Redis runs on this machine.
const seal = createSeal(peer, [clusterSecret], () => Date.now());

/** Channel kind, name, bytes: each must be dropped by every node, sealed or not. */
const poisons: ["" | "-request" | "-response", string, Buffer][] = [
  ["", "c1", Buffer.from([0xc1])],
  ["", "text", Buffer.from("hello")],
  ["", "93 a1", Buffer.from([0x93, 0xa1])],
  ["", "no opts", encode(["x", { nsp: "/" }])],
  ["", "empty", Buffer.alloc(0)],
  ["", "null", encode(null)],
  ["", "a map", encode({ a: 1 })],
  ["", "rooms a number", broadcast(event("hi"), { rooms: 5 })],
  ["", "packet a string", broadcast("hi")],
  ["", "type 99", broadcast({ type: 99, data: ["hi"], nsp: "/" })],
  ["", "type 5", broadcast({ type: 5, data: ["hi"], nsp: "/" })],
  ["", "type 1", broadcast({ type: 1, data: ["hi"], nsp: "/" })],
  ["", "no data", broadcast({ type: 2, nsp: "/" })],
  ["", "event name an object", broadcast(event({ a: 1 }))],
  ["", "huge header", Buffer.from([0xdd, 0x7f, 0xff, 0xff, 0xff])],
  ["", "nested arrays", Buffer.alloc(200_000, 0x91)],
  ["", "an ack's id", broadcast({ ...event("hi"), id: 7 })],
  ...["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"].map(
    (name): ["", string, Buffer] => ["", `reserved ${name}`, broadcast(event(name))],
  ),
  ["-request", "nil", Buffer.from([0xc0])],
  ["-request", "type 0", json({ type: 0 })],
  ["-request", "type 5", json({ type: 5 })],
  ["-request", "type 6 with data a number", json({ type: 6, requestId: "1", data: 5 })],
  ["-request", "type 6", json({ type: 6 })],
  ["-request", "bad JSON", Buffer.from("{bad")],
  ["-request", "JOIN with rooms a number", json({ type: 2, opts, rooms: 5 })],
  ["-request", "SERVER_SIDE_EMIT with ack", json({ type: 6, uid: "u", requestId: "1", data: ["hi"] })],
  ["-request", "BROADCAST without opts", encode({ type: 7, uid: "u", requestId: "1" })],
  ["-request", "unknown type", json({ type: 77 })],
  ["-response", "nil", Buffer.from([0xc0])],
  ["-response", "bad JSON", Buffer.from("{bad")],
  ["-response", "a map without requestId", json({})],
];

/** Bytes of a small generator with a seed: the same at every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("two nodes over a Redis that carries anything", () => {
  let a: Node;
  let b: Node;
  let redis: Awaited<ReturnType<typeof connectRedis>>;
  beforeAll(async () => {
    redis = await connectRedis(4);
    [a, b] = [await startNode(redisUrl(4)), await startNode(redisUrl(4))];
  });
  afterAll(async () => {
    await Promise.all([a.close(), b.close()]);
    await redis.close();
  });

  /** Publishes; then only the marker may have reached the clients, and nobody may have been cut. */
  async function expectDropped(
    namespace: string,
    messages: [string, Buffer][],
    sealed = true,
  ): Promise<void> {
    const clients = await Promise.all([joinAs(a, namespace), joinAs(b, namespace)]);
    const before = await Promise.all([a, b].map((node) => total(node.metrics.pubsubDropped)));
    for (const [kind, bytes] of messages) {
      const channel = `${adapterKey}${kind}#${namespace}#`;
      const said = sealed ? seal.seal(channel, bytes) : bytes;
      expect(await redis.client.publish(channel, said)).toBeGreaterThanOrEqual(2);
    }
    const marker = randomUUID();
    a.io.of(namespace).emit("marker", marker);
    await eventually("the good broadcast behind them, at both nodes", () =>
      clients.every(({ heard }) => heard.length > 0),
    );
    for (const client of clients) {
      expect(client.heard).toEqual([["marker", marker]]);
      expect(client.cuts).toEqual([]);
      client.socket.disconnect();
    }
    const after = await Promise.all([a, b].map((node) => total(node.metrics.pubsubDropped)));
    expect(after.map((value, i) => value - (before[i] ?? 0))).toEqual([messages.length, messages.length]);
    expect(rejections).toEqual([]);
  }

  describe.each(["/", "/admin"])("in %s", (namespace) => {
    it.each(poisons)("drop chat:io%s: %s", (kind, _name, bytes) => expectDropped(namespace, [[kind, bytes]]));

    it.each([true, false])(
      "drop all of them in one burst, and 500 random ones; sealed: %s",
      async (sealed) => {
        const random = createRandom(20_261);
        const kinds = ["", "-request", "-response"];
        const noise = Array.from({ length: 500 }, (_, i): [string, Buffer] => {
          const bytes = Buffer.from(
            Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256)),
          );
          return [kinds[i % 3] ?? "", bytes];
        });
        const all = [...poisons.map(([kind, , bytes]): [string, Buffer] => [kind, bytes]), ...noise];
        await expectDropped(namespace, all, sealed);
      },
    );
  });

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
  const droppedFor = async (reason: string) =>
    (await b.metrics.pubsubDropped.get()).values.find((value) => value.labels.reason === reason)?.value ?? 0;

  it("take what an instance of the registry sealed, once, however often it is repeated", async () => {
    const bytes = seal.seal(base, hello(1));
    const next = seal.seal(base, hello(2));
    expect(await heardOf([base, bytes], [base, bytes], [base, next], [base, bytes], [base, next])).toEqual([
      ["hello", 1],
      ["hello", 2],
    ]);
    expect(await droppedFor("repeated")).toBe(3);
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
    await eventually("nobody knows the stranger", async () => (await droppedFor("unknown_boot")) === 2);
    expect(await droppedFor("too_old")).toBe(2);
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
    const rotating = openTestBus(redisUrl(4), known, {}, [fresh, clusterSecret]);
    const both = openTestBus(redisUrl(4), known, {}, [clusterSecret, fresh]);
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

describe("two nodes whose Redis is killed and started again", () => {
  let folder: string;
  let port: number;
  let child: ChildProcess;
  let nodes: Node[] = [];

  async function startRedis(): Promise<void> {
    const args = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
      "--appendonly",
      "no",
    ];
    child = spawn("redis-server", args, { stdio: "ignore" });
    await once(child, "spawn");
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "parley-redis-"));
    const probe = createTcpServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    port = (probe.address() as AddressInfo).port;
    probe.close();
    await once(probe, "close");
    await startRedis();
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    nodes = [];
    if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  });

  it("count failed publishes, throw nothing, and deliver to each other again by themselves", async () => {
    const url = `redis://127.0.0.1:${port}`;
    const [a, b] = (nodes = [await startNode(url), await startNode(url)]) as [Node, Node];
    const client = await joinAs(b, "/");
    a.io.emit("before");
    await eventually("delivery before", () => client.heard.length === 1);
    const told = b.lost();

    child.kill("SIGKILL");
    await once(child, "exit");
    await eventually("both nodes degraded", () => a.bus.isDegraded() && b.bus.isDegraded());
    const failures = await total(a.metrics.pubsubPublishFailures);
    for (let i = 0; i < 50; i += 1) a.io.emit("lost", i);
    await eventually(
      "50 failures counted",
      async () => (await total(a.metrics.pubsubPublishFailures)) - failures === 50,
    );

    await startRedis();
    await eventually("both nodes well", () => !a.bus.isDegraded() && !b.bus.isDegraded(), 15_000);
    await eventually("the loss told", () => b.lost() > told);
    a.io.emit("after");
    await eventually("delivery after", () => client.heard.some(([name]) => name === "after"));
    expect(client.heard.map(([name]) => name)).toEqual(["before", "after"]);
    expect(client.cuts).toEqual([]);
    expect(rejections).toEqual([]);
    client.socket.disconnect();
  });
});
