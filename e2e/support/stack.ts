import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../compose/paths.js";
import { eventually } from "./eventually.js";
import { freePorts } from "./ports.js";

/** A line of `cluster.json`. */
export interface StackProcess {
  role: string;
  instanceId: string;
  pid: number;
  port: number;
  url: string;
}

/** A whole cluster as `npm start` runs it: real processes on free ports, in a folder of its own. */
export interface Stack {
  /** nginx, where people go in. */
  url: string;
  admin: { name: string; password: string };
  dataDir: string;
  /** As `cluster.json` tells now. */
  processes(): StackProcess[];
  /** The process with this id; fails when there is none. */
  process(instanceId: string): StackProcess;
  /** Everything printed so far. */
  output(): string;
  /** Ends it as Ctrl-C does; returns the exit code. */
  stop(): Promise<number | null>;
}

const program = join(projectRoot, "dist/compose/local.js");
const startMs = 90_000;
const password = "a-long-admin-password";

/** Starts a cluster and waits until it is ready. */
export async function startStack(env: Record<string, string> = {}, args: string[] = []): Promise<Stack> {
  const dataDir = await mkdtemp(join(tmpdir(), "parley-"));
  const base = await freePorts(12);
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: dataDir,
      NO_COLOR: "1",
      DATA_DIR: dataDir,
      HTTP_PORT: String(base),
      NODE_PORT_BASE: String(base + 1),
      EMITTER_PORT: String(base + 8),
      WORKER_PORT: String(base + 9),
      REDIS_PORT: String(base + 10),
      POSTGRES_PORT: String(base + 11),
      ADMIN_PASSWORD: password,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));

  const read = () => JSON.parse(readFileSync(join(dataDir, "cluster.json"), "utf8")) as ClusterFile;
  try {
    await eventually("the cluster is ready", () => child.exitCode !== null || read() !== null, startMs);
    if (child.exitCode !== null)
      throw new Error(`the cluster ended with ${child.exitCode} before it was ready`);
  } catch (error) {
    await end(child);
    throw new Error(`${String(error)}\n${output}`, { cause: error });
  }

  return {
    url: read().url,
    admin: { name: read().admin.name, password },
    dataDir,
    processes: () => read().processes,
    process(instanceId) {
      const found = read().processes.find((process) => process.instanceId === instanceId);
      if (!found) throw new Error(`no process ${instanceId} in cluster.json`);
      return found;
    },
    output: () => output,
    async stop() {
      const code = await end(child);
      await rm(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

interface ClusterFile {
  url: string;
  admin: { name: string };
  processes: StackProcess[];
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill("SIGINT");
  await exited;
  return child.exitCode;
}
