import { setTimeout as pass } from "node:timers/promises";
import type { Cut } from "./proxy.js";
import type { Random } from "./random.js";
import { tellPostgres, tellRedis } from "./servers.js";
import { nodes, replaced, type World } from "./world.js";

/** What can be hurt. */
export const parts = ["nodes", "redis", "postgres", "nginx"] as const;
export type Part = (typeof parts)[number];

/** One way of hurting the cluster. */
interface Fault {
  /** What it hurts: two faults of one part would get into each other's way. */
  part: Part;
  /** Hurts, and takes the cause away again; what was killed is started again by whoever supervises it. */
  run(world: World, random: Random): Promise<void>;
}

const seconds = (random: Random, min: number, max: number) => pass(1000 * random.between(min, max));

async function freeze(pid: number, lasting: Promise<void>): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await lasting.finally(() => process.kill(pid, "SIGCONT"));
}

// More than this waiting for a subscriber, and Redis cuts it off; what was waiting is lost.
const smallBuffer = "pubsub 1048576 0 0";
const usualBuffer = "pubsub 33554432 8388608 60";
const endOthers = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()";

/** Whatever a network may do between a node and Redis. */
const cuts: readonly Cut[] = ["reset", "hold", "swallow"];

/** Every fault there is, by name. */
export const faults = {
  "node-kill": {
    part: "nodes",
    async run(world, random) {
      world.end(random.pick(nodes(world)).pid, "SIGKILL");
    },
  },
  "node-freeze": {
    part: "nodes",
    run: (world, random) => freeze(random.pick(nodes(world)).pid, seconds(random, 1, 4)),
  },
  "rolling-restart": {
    part: "nodes",
    async run(world) {
      for (const { instanceId, pid } of nodes(world)) {
        world.end(pid, "SIGTERM");
        await replaced(world.stack, instanceId, pid);
      }
    },
  },
  "redis-kill": {
    part: "redis",
    async run({ redis }, random) {
      redis.kill();
      await seconds(random, 1, 4);
      await redis.start();
    },
  },
  "redis-freeze": {
    part: "redis",
    run: ({ redis }, random) => freeze(redis.pid(), seconds(random, 1, 5)),
  },
  "pubsub-kill": {
    part: "redis",
    async run({ redis }, random) {
      for (let i = 0; i < 5; i += 1) {
        await tellRedis(redis.url, ["CLIENT", "KILL", "TYPE", "pubsub"]);
        await seconds(random, 0.1, 0.4);
      }
    },
  },
  "buffer-kill": {
    part: "redis",
    run: ({ redis }) =>
      tellRedis(
        redis.url,
        ["CONFIG", "SET", "client-output-buffer-limit", smallBuffer],
        ["PUBLISH", "chat:io#/#", "x".repeat(2_000_000)],
        ["CONFIG", "SET", "client-output-buffer-limit", usualBuffer],
      ),
  },
  "redis-cut": {
    part: "redis",
    async run(world, random) {
      world.toRedis.cut(random.pick(cuts), random.pick(nodes(world)).instanceId);
      await seconds(random, 1, 5).finally(world.toRedis.heal);
    },
  },
  "postgres-kill": {
    part: "postgres",
    async run({ postgres }, random) {
      postgres.kill();
      await seconds(random, 0.2, 2);
      await postgres.start();
    },
  },
  "postgres-restart": {
    part: "postgres",
    async run({ postgres }) {
      await postgres.stop();
      await postgres.start();
    },
  },
  "backends-end": {
    part: "postgres",
    run: ({ postgres }) => tellPostgres(postgres.url, endOthers),
  },
  "postgres-stall": {
    part: "postgres",
    async run({ toPostgres }, random) {
      toPostgres.cut("hold");
      await seconds(random, 1, 6).finally(toPostgres.heal);
    },
  },
  "reply-cut": {
    part: "postgres",
    run: ({ toPostgres }) => toPostgres.cutReplies(8, 10_000),
  },
  "nginx-reload": {
    part: "nginx",
    async run({ stack }) {
      process.kill(stack.process("nginx").pid, "SIGHUP");
    },
  },
  "nginx-kill": {
    part: "nginx",
    async run({ stack, end }) {
      end(stack.process("nginx").pid, "SIGKILL");
    },
  },
} satisfies Record<string, Fault>;

/** Name of a fault. */
export type FaultName = keyof typeof faults;
/** All of them. */
export const faultNames = Object.keys(faults) as FaultName[];
