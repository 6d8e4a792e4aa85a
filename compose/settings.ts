import { isIP } from "node:net";
import { resolve } from "node:path";
import { projectRoot } from "./paths.js";
import { assertDistinct, portsOf, type PortSettings } from "./port-plan.js";
import { assertSocketsFit } from "./unix-sockets.js";
import { WrongUse } from "./wrong-use.js";

/** The environment as a program receives it. */
export type Environment = Record<string, string | undefined>;

/** Everything the runner itself has to know; the roles read the rest of the environment themselves. */
export interface Settings extends PortSettings {
  dataDir: string;
  /** nginx reaches the nodes over Unix sockets. */
  unixSockets: boolean;
  realIpFrom: string[];
  /** How many connections of one address nginx lets through, always more than the nodes allow. */
  connectionsPerAddress: number;
  shutdownTimeoutMs: number;
  adminName: string;
}

/** Where this machine reaches what listens at an address, as it stands in a URL. */
export function reachableHost(httpHost: string): string {
  if (httpHost === "0.0.0.0") return "127.0.0.1";
  if (httpHost === "::") return "[::1]";
  return httpHost.includes(":") ? `[${httpHost}]` : httpHost;
}

/** Settings of the runner that no role knows, so none is handed to them. */
export const runnerVariables = [
  "HTTP_HOST",
  "HTTP_PORT",
  "NODES",
  "NODE_PORT_BASE",
  "EMITTER_PORT",
  "WORKER_PORT",
  "POSTGRES_PORT",
  "REAL_IP_FROM",
  "UNIX_SOCKETS",
];

const redisAddresses = [
  "REDIS_URL",
  "REDIS_URL_FILE",
  "REDIS_HOST",
  "REDIS_SENTINELS",
  "REDIS_CLUSTER_NODES",
];
const databaseAddresses = ["DATABASE_URL", "DATABASE_URL_FILE"];

function whole(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new WrongUse(`${name} must be a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

function port(env: Environment, name: string, fallback: number): number {
  return whole(env, name, fallback, 1, 65535);
}

function flag(env: Environment, name: string): boolean {
  const text = env[name] || "false";
  if (text !== "true" && text !== "false") throw new WrongUse(`${name} must be true or false, not "${text}"`);
  return text === "true";
}

function networks(text: string | undefined): string[] {
  const list = (text ?? "").split(",").map((part) => part.trim());
  return list.filter(Boolean).map((part) => {
    const [address = "", bits = "0", ...rest] = part.split("/");
    const max = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (rest.length > 0 || !/^\d+$/.test(bits) || Number(bits) > max) {
      throw new WrongUse(`REAL_IP_FROM must list addresses or networks such as 10.0.0.0/8, not "${part}"`);
    }
    return part;
  });
}

/** nginx refuses a `limit_conn` above this. */
const nginxConnectionsMax = 65_535;

function connectionsPerAddress(env: Environment): number {
  const limit = env["LIMIT_CONNECTIONS_PER_IP"];
  if (limit === "off") return nginxConnectionsMax;
  return Math.min(nginxConnectionsMax, Math.max(1000, 2 * (Number(limit ?? 0) || 0)));
}

function given(env: Environment, names: string[]): boolean {
  return names.some((name) => Boolean(env[name]));
}

function readArguments(args: string[]): { single: boolean } {
  for (const arg of args) {
    if (arg !== "--single") throw new WrongUse(`unknown option ${arg} (npm start -- --help lists them)`);
  }
  return { single: args.includes("--single") };
}

/** Reads and checks all of the runner's settings; throws WrongUse naming the first wrong one. */
export function readSettings(env: Environment, args: string[] = []): Settings {
  const { single } = readArguments(args);
  const httpHost = env["HTTP_HOST"] || "0.0.0.0";
  if (isIP(httpHost) === 0) throw new WrongUse(`HTTP_HOST must be an IP address, not "${httpHost}"`);
  const ownRedis = !single && !given(env, redisAddresses);
  const settings: Settings = {
    single,
    nodes: single ? 1 : whole(env, "NODES", 3, 1, 64),
    // All interfaces: 127.0.0.2 and other computers of the house reach the chat too.
    httpHost,
    httpPort: port(env, "HTTP_PORT", 8080),
    nodePortBase: port(env, "NODE_PORT_BASE", 3001),
    emitterPort: port(env, "EMITTER_PORT", 3100),
    workerPort: port(env, "WORKER_PORT", 3200),
    // With a Redis of the user's own, REDIS_PORT is a part of its address and none of ours.
    redisPort: ownRedis ? port(env, "REDIS_PORT", 6390) : 0,
    postgresPort: port(env, "POSTGRES_PORT", 5490),
    dataDir: resolve(projectRoot, env["DATA_DIR"] || "var"),
    // Without nginx nobody would come that way.
    unixSockets: flag(env, "UNIX_SOCKETS") && !single,
    realIpFrom: networks(env["REAL_IP_FROM"]),
    connectionsPerAddress: connectionsPerAddress(env),
    shutdownTimeoutMs: whole(env, "SHUTDOWN_TIMEOUT_MS", 30_000, 0, 3_600_000),
    adminName: env["ADMIN_NAME"] || "admin",
    ownRedis,
    ownPostgres: !given(env, databaseAddresses),
  };
  assertDistinct(portsOf(settings));
  if (settings.unixSockets) assertSocketsFit(settings.dataDir, settings.nodes);
  return settings;
}
