import { randomUUID } from "node:crypto";
import { encode } from "notepack.io";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joinAs, total, watchRejections } from "../test/node.js";
import { broadcast, event, opts, startPair, type Pair } from "../test/pair.js";
import { eventually } from "../test/services.js";
import { adapterKey } from "./channels.js";

const rejections = watchRejections();
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

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

describe("two nodes over a Redis that carries nonsense", () => {
  let pair: Pair;
  beforeAll(async () => void (pair = await startPair(4)));
  afterAll(() => pair.close());

  /** Publishes; then only the marker may have reached the clients, and nobody may have been cut. */
  async function expectDropped(
    namespace: string,
    messages: [string, Buffer][],
    sealed = true,
  ): Promise<void> {
    const { a, b, redis, seal } = pair;
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
});
