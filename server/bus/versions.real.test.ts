import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openTestBus } from "../test/bus.js";
import {
  dropReasons,
  droppedFor,
  joinAs,
  startTestNode,
  watchRejections,
  type TestNode,
} from "../test/node.js";
import { connectRedis, eventually, redisUrl } from "../test/services.js";
import type * as SealModule from "./seal.js";

// During an upgrade two versions share a Redis. The newer one here is this very program but for the first byte of its
// seal.

const rejections = watchRejections();
const lines: { level: number; msg: string; reason?: string }[] = [];
const log = pino(
  { level: "debug" },
  new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as (typeof lines)[number]);
      done();
    },
  }),
);

/** The seal of the next version: as well-formed, and foreign to this one. */
function sealOfNextVersion(real: typeof SealModule): typeof SealModule {
  const shift = (bytes: Buffer, by: number) => {
    const copy = Buffer.from(bytes);
    copy[0] = ((copy[0] ?? 0) + by) & 0xff;
    return copy;
  };
  return {
    ...real,
    createSeal(...args) {
      const seal = real.createSeal(...args);
      return {
        seal: (...what) => shift(seal.seal(...what), 1),
        isOwnMessage: (bytes) => seal.isOwnMessage(shift(bytes, -1)),
        open: (channel, bytes) => seal.open(channel, shift(bytes, -1)),
      };
    },
  };
}

async function busesOfNextVersion(): Promise<typeof openTestBus> {
  vi.resetModules();
  vi.doMock("./seal.js", async (original) => sealOfNextVersion(await original<typeof SealModule>()));
  const { openTestBus: open } = await import("../test/bus.js");
  vi.doUnmock("./seal.js");
  return open;
}

describe("two versions on one Redis", () => {
  let nodes: TestNode[];
  let redis: Awaited<ReturnType<typeof connectRedis>>;
  beforeAll(async () => {
    redis = await connectRedis(7);
    const known = new Set<string>();
    const openNext = await busesOfNextVersion();
    nodes = [];
    for (const open of [openTestBus, openTestBus, openNext, openNext])
      nodes.push(await startTestNode(open(redisUrl(7), known, { log })));
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await redis.close();
  });

  it("each go on in both directions, and drop the other's politely", async () => {
    const clients = await Promise.all(nodes.map((node) => joinAs(node)));
    const foreign = () => Promise.all(nodes.map((node) => droppedFor(node, "other_version")));
    const before = await foreign();
    const rounds = 50;
    for (let i = 0; i < rounds; i += 1) nodes.forEach(({ io }, from) => io.emit("said", from, i));
    const of = (...from: number[]) =>
      from.flatMap((one) => Array.from({ length: rounds }, (_, i) => `${one} ${i}`));
    await eventually("each hears itself and its like", () =>
      clients.every(({ heard }) => heard.length === 2 * rounds),
    );
    await eventually("each has dropped all that the other version said", async () =>
      (await foreign()).every((count, i) => count - (before[i] ?? 0) >= 2 * rounds),
    );
    const said = clients.map(({ heard }) =>
      heard.map(([, from, i]) => `${String(from)} ${String(i)}`).sort(),
    );
    expect(said).toEqual([of(0, 1), of(0, 1), of(2, 3), of(2, 3)].map((all) => all.sort()));
    for (const [i, node] of nodes.entries()) {
      expect(clients[i]?.cuts).toEqual([]);
      expect(await dropReasons(node)).toEqual(["other_version"]);
      expect(node.bus.isDegraded()).toBe(false);
    }
    expect(rejections).toEqual([]);
    clients.forEach(({ socket }) => socket.disconnect());
  });

  it("say so in the log now and then, as no fault", () => {
    const dropped = lines.filter(({ msg }) => msg === "dropped a message from redis");
    // At most one in ten seconds for each of the four.
    expect(dropped.length).toBeGreaterThan(0);
    expect(dropped.length).toBeLessThanOrEqual(8);
    expect(new Set(dropped.map(({ reason }) => reason))).toEqual(new Set(["other_version"]));
    expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
  });
});
