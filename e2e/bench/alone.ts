import { execFile } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { pinned } from "./cores.js";
import { measureCpu } from "./cpu.js";
import { untilStopped } from "./running.js";
import type { Services } from "./services.js";

/** What a program that stores messages in a loop tells of the time it measured. */
export interface Alone {
  acked: number;
  seconds: number;
  /** Its own. */
  cpuSeconds: number;
  ackP50: number;
  ackP99: number;
}

/** How such a program is run. */
export interface AloneOptions {
  program: string;
  rooms: number;
  inFlight: number;
  warmUpMs: number;
  measuredMs: number;
}

/** Runs a writer alone on the servers' core; tells its figures, and the CPU seconds of Postgres in the same time. */
export async function runAlone(
  { databaseUrl, pids }: Services,
  { program, rooms, inFlight, warmUpMs, measuredMs }: AloneOptions,
): Promise<Alone & { postgresSeconds: number }> {
  const settings = [rooms, inFlight, warmUpMs, measuredMs].map(String);
  const [command, ...args] = pinned("server", [process.execPath, program, ...settings]);
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl };
  const running = promisify(execFile)(command, args, { env });
  const stop = untilStopped(async () => void running.child.kill("SIGKILL"));

  let read: (() => { postgres: number }) | undefined;
  let postgresSeconds: number | undefined;
  if (running.child.stdout === null) throw new Error(`${program}: its lines can not be read`);
  createInterface({ input: running.child.stdout }).on("line", (line) => {
    if (line === "begin") read = measureCpu({ postgres: [pids.postgres] });
    if (line === "end") postgresSeconds = read?.().postgres;
  });
  try {
    const { stdout } = await running;
    if (postgresSeconds === undefined) throw new Error(`${program}: it did not say when it measured`);
    return { ...(JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Alone), postgresSeconds };
  } finally {
    await stop();
  }
}
