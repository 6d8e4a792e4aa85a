import { randomUUID } from "node:crypto";
import { encode } from "notepack.io";
import { createSeal, type Seal } from "../bus/seal.js";
import { clusterSecret, openTestBus } from "./bus.js";
import { startTestNode, type TestNode } from "./node.js";
import { connectRedis, redisUrl } from "./services.js";

/** Two nodes over one Redis, and somebody else who has the secret and stands in the registry. */
export interface Pair {
  a: TestNode;
  b: TestNode;
  redis: Awaited<ReturnType<typeof connectRedis>>;
  /** The boots of the registry. */
  known: Set<string>;
  peer: string;
  /** The peer's. */
  seal: Seal;
  close(): Promise<void>;
}

/** Starts the pair on an emptied numbered database. */
export async function startPair(database: number): Promise<Pair> {
  const redis = await connectRedis(database);
  const peer = randomUUID();
  const known = new Set([peer]);
  const start = () => startTestNode(openTestBus(redisUrl(database), known));
  const [a, b] = [await start(), await start()];
  return {
    a,
    b,
    redis,
    known,
    peer,
    // The tests' Redis runs on this machine.
    seal: createSeal(peer, [clusterSecret], () => Date.now()),
    async close() {
      await Promise.all([a.close(), b.close()]);
      await redis.close();
    },
  };
}

/** To everybody, as the adapter writes it. */
export const opts = { rooms: [], except: [], flags: {} };

/** The adapter's message that carries a packet. */
export const broadcast = (packet: unknown, rest: unknown = opts) => encode(["x", packet, rest]);

/** A packet with an event. */
export const event = (...data: unknown[]) => ({ type: 2, data, nsp: "/" });
