import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../support/eventually.js";
import { freePorts } from "../support/ports.js";
import { startStack, type Stack, type StackProcess } from "../support/stack.js";
import { openPostgresProxy, type PostgresProxy } from "./postgres-proxy.js";
import { openProxy, type Proxy } from "./proxy.js";
import { ownPostgres, ownRedis, type OwnServer } from "./servers.js";

/** A cluster of which every part can be hurt: Redis and Postgres are the run's own, the rest is `npm start`'s. */
export interface World {
  stack: Stack;
  redis: OwnServer;
  postgres: OwnServer;
  /** Between the instances and Redis. */
  toRedis: Proxy;
  /** Between the instances and Postgres. */
  toPostgres: PostgresProxy;
  /** Signals a process of the cluster so that it ends. */
  end(pid: number, signal: "SIGKILL" | "SIGTERM"): void;
  /** Looks at the processes that run now; returns those seen before that are gone without having been ended. */
  crashed(): string[];
  stop(): Promise<void>;
}

// The limits stay on, so that their way through Redis is part of the run, but nobody meets them.
const limits = {
  LIMIT_MESSAGES: "100000/100000",
  LIMIT_COMMANDS: "100000/100000",
  LIMIT_GUESTS: "off",
  LIMIT_CONNECTIONS_PER_IP: "off",
  LIMIT_CONNECTIONS_PER_USER: "off",
};

/** What a world may have of its own. */
export interface WorldOptions {
  env?: Record<string, string>;
  /** Starts its Postgres. */
  launchPostgres?: typeof ownPostgres;
}

/** Starts three nodes and all they need; where that fails nothing is left. */
export async function startWorld({
  env = {},
  launchPostgres = ownPostgres,
}: WorldOptions = {}): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), "parley-faults-"));
  const stops: (() => unknown)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  try {
    const port = await freePorts(2);
    const redis = await ownRedis(dataDir, port);
    stops.push(redis.stop);
    const postgres = await launchPostgres(dataDir, port + 1);
    stops.push(postgres.stop);
    const toRedis = await openProxy(redis.url);
    stops.push(toRedis.close);
    const toPostgres = await openPostgresProxy(postgres.url);
    stops.push(toPostgres.close);
    const addresses = { REDIS_URL: toRedis.url, DATABASE_URL: toPostgres.url };
    const stack = await startStack({ ...limits, ...addresses, ...env });
    stops.push(stack.stop);
    return { stack, redis, postgres, toRedis, toPostgres, ...watchProcesses(stack), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A crash would go unseen: what dies is started again. */
function watchProcesses(stack: Stack): Pick<World, "end" | "crashed"> {
  const ended = new Set<number>();
  const seen = new Map<number, string>();
  return {
    end(pid, signal) {
      ended.add(pid);
      process.kill(pid, signal);
    },
    crashed() {
      const now = new Map(stack.processes().map(({ pid, instanceId }) => [pid, instanceId]));
      const gone = [...seen].filter(([pid]) => !now.has(pid) && !ended.has(pid));
      for (const [pid] of gone) seen.delete(pid);
      for (const [pid, instanceId] of now) seen.set(pid, instanceId);
      return gone.map(([pid, instanceId]) => `${instanceId}, pid ${pid}`);
    },
  };
}

/** The nodes as they run now. */
export const nodes = ({ stack }: World): StackProcess[] =>
  stack.processes().filter(({ role }) => role === "node");

async function isWell(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) });
  return ((await answer.json()) as { status?: unknown }).status === "ok";
}

/** Resolves when this process was replaced by another one that is well. */
export async function replaced(stack: Stack, instanceId: string, pid: number): Promise<void> {
  await eventually(`${instanceId} is replaced`, () => stack.process(instanceId).pid !== pid, 45_000);
  await eventually(`${instanceId} is well`, () => isWell(stack.process(instanceId).url), 45_000);
}

/** Resolves when nginx and every node answer and call themselves well. */
export async function allWell(world: World): Promise<void> {
  const look = async (): Promise<boolean> => {
    const urls = [...nodes(world).map(({ url }) => url), world.stack.url];
    return (await Promise.all(urls.map(isWell))).every(Boolean);
  };
  await eventually("nginx and every node are well", look, 45_000);
}
