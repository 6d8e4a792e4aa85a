import { once } from "node:events";
import { connect } from "node:net";
import pg from "pg";
import { startPostgres } from "../../compose/postgres.js";
import { startRedis } from "../../compose/redis.js";
import type { RunningServer } from "../../compose/running-server.js";
import { eventually } from "../support/eventually.js";

/** A server of which the run decides whether it lives. */
export interface OwnServer {
  url: string;
  pid(): number;
  /** `kill -9`; it stays away until `start`. */
  kill(): void;
  /** Ends it as an operator does. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

async function own(what: string, launch: () => Promise<RunningServer>): Promise<OwnServer> {
  let running = await launch();
  return {
    url: running.url,
    pid: () => running.pid,
    kill: () => void process.kill(running.pid, "SIGKILL"),
    stop: () => running.stop(),
    async start() {
      // What a killed one leaves behind may keep its successor from starting for a moment.
      running = await eventually(`${what} starts again`, launch, 30_000);
    },
  };
}

/** Starts a Redis on this port. */
export const ownRedis = (dataDir: string, port: number) => own("Redis", () => startRedis({ dataDir, port }));

/** Starts a Postgres on this port that keeps every promise of durability. */
export const ownPostgres = (dataDir: string, port: number) =>
  own("Postgres", () => startPostgres({ dataDir, port }));

/** Sends Redis commands, one a line, over a connection of their own. */
export async function tellRedis(url: string, ...commands: string[][]): Promise<void> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  socket.resume();
  for (const words of [...commands, ["QUIT"]]) {
    const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${bulks.join("")}`);
  }
  await once(socket, "close");
}

/** Runs a statement over a connection of its own. */
export async function tellPostgres(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
