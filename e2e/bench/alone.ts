import { execFile } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { projectRoot } from "../../compose/paths.js";
import { pinned } from "./cores.js";
import { measureCpu } from "./cpu.js";
import { untilStopped } from "./running.js";
import type { Services } from "./services.js";

const program = join(projectRoot, "dist/e2e/bench/writer-loop.js");

/** What the loop tells of the time it measured. */
export interface Alone {
  acked: number;
  seconds: number;
  /** Its own. */
  cpuSeconds: number;
  ackP50: number;
  ackP99: number;
}

/** How a writer is run. */
export interface AloneOptions {
  /** The built file that opens it. */
  writer: string;
  rooms: number;
  inFlight: number;
  warmUpMs: number;
  measuredMs: number;
}

/** Runs a writer alone on the servers' core; tells its figures, and the CPU seconds of Postgres in the same time. */
export async function runAlone(
  { databaseUrl, pids }: Services,
  { writer, rooms, inFlight, warmUpMs, measuredMs }: AloneOptions,
): Promise<Alone & { postgresSeconds: number }> {
  const settings = [rooms, inFlight, warmUpMs, measuredMs].map(String);
  const [command, ...args] = pinned("server", [process.execPath, program, writer, ...settings]);
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl };
  const running = promisify(execFile)(command, args, { env });
  const stop = untilStopped(async () => void running.child.kill("SIGKILL"));

  let read: (() => { postgres: number }) | undefined;
  let postgresSeconds: number | undefined;
  if (running.child.stdout === null) throw new Error(`${writer}: its lines can not be read`);
  createInterface({ input: running.child.stdout }).on("line", (line) => {
    if (line === "begin") read = measureCpu({ postgres: [pids.postgres] });
    if (line === "end") postgresSeconds = read?.().postgres;
  });
  try {
    const { stdout } = await running;
    if (postgresSeconds === undefined) throw new Error(`${writer}: it did not say when it measured`);
    return { ...(JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Alone), postgresSeconds };
  } finally {
    await stop();
  }
}
