import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { projectRoot } from "../../compose/paths.js";
import { endChild, killChild, launch, type Child } from "../../compose/process.js";
import { answers, waitUntil } from "../../compose/wait.js";
import { freePorts } from "../support/ports.js";
import { pinned } from "./cores.js";
import type { Dialect } from "./load/packets.js";
import { untilStopped } from "./running.js";
import type { Services } from "./services.js";

/** Processes of one server under test. */
export interface Subject {
  dialect: Dialect;
  nodes: { pid: number; port: number; inspectPort: number }[];
  /** The last line that any of them printed. */
  lastLine(): string;
  /** `kill -9` of one node. */
  kill(index: number): void;
  stop(): Promise<void>;
}

/** How a server under test is started. */
export interface StartOptions {
  nodes?: number;
  /** With V8's inspector, which can collect garbage and tell the heap. */
  inspect?: boolean;
  behindNginx?: boolean;
  /** Where the only node listens as well. */
  unixSocket?: string;
  /** Node's own options, such as `--cpu-prof`. */
  nodeArgs?: string[];
}

/** Passes when the server takes connections; Parley says itself when it is ready. */
async function check(dialect: Dialect, port: number): Promise<void> {
  if (dialect === "parley") return answers(`http://127.0.0.1:${port}/health`);
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect").finally(() => socket.destroy());
}

/** Starts a server under test on its core, and resolves when all its nodes can be used. */
export async function startSubject(
  dialect: Dialect,
  args: [string, ...string[]],
  { nodes = 1, inspect = false, nodeArgs = [] }: StartOptions,
  environment: (port: number, index: number) => Record<string, string>,
): Promise<Subject> {
  const children: Child[] = [];
  let lastLine = "";
  const base = await freePorts(nodes * 2);
  const all = Array.from({ length: nodes }, (_, i) => ({
    port: base + 2 * i,
    inspectPort: base + 2 * i + 1,
  }));
  const stop = untilStopped(() =>
    Promise.all(children.map((child) => endChild(child, [["SIGTERM", 10_000]]))),
  );

  async function start({ port, inspectPort }: (typeof all)[number], index: number): Promise<Child> {
    const inspector = inspect ? [`--inspect=127.0.0.1:${inspectPort}`] : [];
    const [command, ...rest] = pinned("server", [process.execPath, ...inspector, ...nodeArgs, ...args]);
    const env = { PATH: process.env.PATH, ...environment(port, index) };
    const child = await launch({ name: dialect, command, args: rest, cwd: projectRoot, env }, (line) => {
      lastLine = line;
      if (process.env.BENCH_LOG) console.error(`${dialect}: ${line}`);
    });
    children.push(child);
    const hopeless = () => {
      if (child.hasExited()) throw new Error(`${dialect} did not start: ${lastLine}`);
    };
    await waitUntil({ what: dialect, check: () => check(dialect, port), hopeless });
    return child;
  }

  try {
    const running = await Promise.all(all.map(start));
    return {
      dialect,
      nodes: all.map((each, i) => ({ ...each, pid: (running[i] as Child).pid })),
      lastLine: () => lastLine,
      kill: (index) => killChild(running[index] as Child),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const baseline = (name: string): [string] => [join(projectRoot, `dist/e2e/bench/baselines/${name}.js`)];

/** Starts the plain Socket.IO server; `store` names its statement per message. */
export const startPlain = (services: Services, options: StartOptions = {}, store = "") =>
  startSubject("plain", baseline("plain"), options, (port) => ({
    PORT: String(port),
    REDIS_URL: services.redisUrl,
    DATABASE_URL: services.databaseUrl,
    STORE: store,
  }));

/** Starts the bare WebSocket server. */
export const startBare = (options: StartOptions = {}) =>
  startSubject("bare", baseline("bare-ws"), options, (port) => ({ PORT: String(port) }));
