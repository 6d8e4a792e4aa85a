import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../compose/postgres.js";
import { startRedis } from "../../compose/redis.js";
import { freePorts } from "./ports.js";

declare module "vitest" {
  interface ProvidedContext {
    databaseUrl: string;
    redisUrl: string;
  }
}

/** Starts one real Postgres and one real Redis for the run; what it returns ends them and removes their data. */
export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-services-"));
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    await Promise.all(stops.map((stop) => stop()));
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const port = await freePorts(2);
    const redis = await startRedis({ dataDir, port });
    stops.push(redis.stop);
    const postgres = await startPostgres({ dataDir, port: port + 1, durable: false });
    stops.push(postgres.stop);
    project.provide("redisUrl", redis.url);
    project.provide("databaseUrl", postgres.url);
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}
