import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import type { Program, StopStep } from "./process.js";
import { findProgram } from "./programs.js";
import { startServer } from "./running-server.js";
import type { RunningServer } from "./running-server.js";

/** Where a Redis of our own lives and listens. */
export interface RedisOptions {
  dataDir: string;
  port: number;
  /** Its users; without it everybody on this machine may do everything. */
  aclFile?: string;
}

/** Redis keeps nothing that must last, so it has little to do at the end. */
export const redisStop: StopStep[] = [["SIGTERM", 5_000]];

function configuration(folder: string, { port, aclFile }: RedisOptions): string {
  const settings = {
    bind: "127.0.0.1",
    port,
    dir: JSON.stringify(folder),
    daemonize: "no",
    // What is in Redis is true only now: nothing is written to the disk.
    save: '""',
    appendonly: "no",
    // Half-open connections count as listeners until this has ended them.
    "tcp-keepalive": 60,
    "maxmemory-policy": "noeviction",
    ...(aclFile === undefined ? {} : { aclfile: JSON.stringify(resolve(aclFile)) }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

/** Writes the server's configuration and says how to run it and where it is reached. */
export function prepareRedis(options: RedisOptions): { program: Program; url: string } {
  const folder = join(resolve(options.dataDir), "redis");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "redis.conf");
  writeFileSync(file, configuration(folder, options));
  const command = findProgram(["redis-server", "valkey-server"]);
  const program = { name: "redis", command, args: [file], cwd: folder, env: process.env };
  return { program, url: `redis://127.0.0.1:${options.port}` };
}

/** Passes when the server answers a PING. */
export function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 2000 });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.once("connect", () => socket.write("PING\r\n"));
    socket.once("error", fail);
    socket.once("timeout", () => fail(new Error("no answer to PING")));
    socket.once("data", (answer) => {
      // NOAUTH comes from a Redis with users, which is there just as well.
      if (!/^(\+PONG|-NOAUTH)/.test(answer.toString())) return fail(new Error(answer.toString().trim()));
      socket.destroy();
      resolve();
    });
  });
}

/** Starts a Redis of one's own, unsupervised, and resolves when it can be used: for tests. */
export function startRedis(options: RedisOptions): Promise<RunningServer> {
  return startServer(prepareRedis(options), () => ping(options.port), redisStop);
}
