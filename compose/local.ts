import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { banner } from "./banner.js";
import { createCluster } from "./cluster.js";
import type { LocalCluster } from "./cluster.js";
import { projectRoot } from "./paths.js";
import { reachableHost, readSettings } from "./settings.js";
import { WrongUse } from "./wrong-use.js";

/** npm sends on the SIGINT that Ctrl-C has already sent to everybody: these two are one wish. */
const sameWishMs = 1000;

function endNow(cluster: LocalCluster, code: number): never {
  cluster.kill();
  process.exit(code);
}

/** Resolves with the first signal to stop; a second one ends the cluster at once. */
function stopSignal(cluster: LocalCluster): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let since: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      since ??= Date.now();
      resolve(signal);
      if (Date.now() - since > sameWishMs) {
        console.log("ending every process now");
        endNow(cluster, 128 + constants.signals[signal]);
      }
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  });
}

async function startAndTell(
  cluster: LocalCluster,
  url: string,
  adminName: string,
  dataDir: string,
): Promise<void> {
  const startedAt = performance.now();
  const facts = await cluster.start();
  console.log(
    `\n${banner({ url, adminName, dataDir, seconds: (performance.now() - startedAt) / 1000, ...facts })}\n`,
  );
}

async function runUntilStopped(args: string[]): Promise<void> {
  const settings = readSettings(process.env, args);
  const cluster = createCluster(settings, process.env);
  // Whatever befalls the runner, it leaves no process behind.
  process.on("uncaughtException", (error) => {
    console.error(error);
    endNow(cluster, 1);
  });
  const signal = stopSignal(cluster);
  const host = settings.httpHost === "0.0.0.0" ? "localhost" : reachableHost(settings.httpHost);
  const url = `http://${host}:${settings.httpPort}`;
  const failed = startAndTell(cluster, url, settings.adminName, settings.dataDir).then(
    () => new Promise<never>(() => undefined),
    (error: unknown) => ({ error }),
  );
  const end = await Promise.race([signal, failed]);
  if (typeof end === "string")
    console.log(`\n${end}: stopping everything in order; Ctrl-C again ends it at once`);
  await cluster.stop();
  if (typeof end === "object") throw end.error;
  console.log("stopped");
}

/** Runs the cluster until it is stopped; the result is the exit code. */
export async function run(args: string[]): Promise<number> {
  const envFile = join(projectRoot, ".env");
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  try {
    await runUntilStopped(args);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof WrongUse ? 2 : 1;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exit(await run(process.argv.slice(2)));
}
