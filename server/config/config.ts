import { randomBytes, randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { InstanceRole } from "../../shared/cluster.js";
import { ConfigError, type Bucket, type Env } from "./env.js";
import { projectRoot, version } from "./paths.js";
import { cacheRedis, requireRedis } from "./redis-url.js";

/** The token buckets, counted for the whole cluster. */
export interface BucketLimits {
  messages: Bucket;
  commands: Bucket;
  logins: Bucket;
  guests: Bucket;
}

/** What every role is told. Durations end in `Ms`. */
export interface Config {
  role: InstanceRole;
  production: boolean;
  version: string;
  /** Shown to people; may be given twice by mistake. */
  instanceId: string;
  /** Unique to this start. */
  boot: string;
  host: string;
  port: number;
  /** A path where the instance listens as well; null without one. */
  unixSocket: string | null;
  dataDir: string;
  logLevel: string;
  distributed: boolean;
  /** Null in single-node mode. */
  redisUrl: string | null;
  /** Volatile data: presence, registry, limits. */
  cacheRedisUrl: string | null;
  database: { url: string; pool: number };
  /** Reads that may be late; null without one. */
  replicaUrl: string | null;
  metricsApiKeys: string[];
  sessionSecrets: string[];
  clusterSecrets: string[];
  allowedOrigins: string[];
  trustProxy: number;
  cookieDomain: string | null;
  heartbeatIntervalMs: number;
  instanceTimeoutMs: number;
  dedupWindowMs: number;
  shutdownTimeoutMs: number;
}

/** What a node is told on top. */
export interface NodeConfig extends Config {
  streamingBaseUrl: string | null;
  presence: Env["PRESENCE"];
  guests: Env["GUESTS"];
  presenceDebounceMs: number;
  headPollIntervalMs: number;
  /** Under load events gather no longer than this before they are sent together. */
  fanoutWindowMaxMs: number;
  limits: BucketLimits;
  connectionsPerIp: number | null;
  connectionsPerUser: number | null;
}

/** What an emitter is told on top. */
export interface EmitterConfig extends Config {
  emitterApiKeys: string[];
  /** Of each outside source. */
  messagesLimit: Bucket;
}

/** What a worker is told on top. */
export interface WorkerConfig extends Config {
  /** How much of a room's log stays readable; null: without end. */
  retention: { maxAgeMs: number | null; maxEvents: number | null };
}

/** What `parley migrate` and `parley admin` are told. */
export interface MigrationConfig {
  url: string;
  admin: { name: string; password: string | null };
  logLevel: string;
}

/** Where what is made up is kept. */
export const dataDirOf = (env: Env): string => resolve(projectRoot, env.DATA_DIR);

/** Secrets that are made up outside production, one of each for all processes with one `DATA_DIR`. */
export type KeepSecret = (name: string, make: () => string) => string;

const makeSecret = () => randomBytes(32).toString("base64url");

/**
 * Typed configuration of a role from a checked environment; pure but for `keepSecret`.
 * @throws ConfigError naming the variable.
 */
export function baseConfig(env: Env, role: InstanceRole, keepSecret: KeepSecret): Config {
  const redisUrl = env.ENABLE_DISTRIBUTED_CHAT ? requireRedis(env) : null;
  if (env.INSTANCE_TIMEOUT_MS <= env.HEARTBEAT_INTERVAL_MS)
    throw new ConfigError("INSTANCE_TIMEOUT_MS: must be longer than HEARTBEAT_INTERVAL_MS");
  if (env.UNIX_SOCKET !== undefined && env.TRUST_PROXY === 0)
    throw new ConfigError(
      "UNIX_SOCKET: needs TRUST_PROXY of 1 or more, as only the proxy can tell who is there",
    );
  if (role === "emitter" && !env.ENABLE_DISTRIBUTED_CHAT)
    throw new ConfigError(
      "ENABLE_DISTRIBUTED_CHAT: must be true for the emitter, which speaks through Redis",
    );
  if (role === "worker" && env.DB_POOL < env.WORKER_CONCURRENCY)
    throw new ConfigError(`DB_POOL: must be at least WORKER_CONCURRENCY, ${env.WORKER_CONCURRENCY}`);
  return {
    role,
    production: env.NODE_ENV === "production",
    version,
    instanceId: env.INSTANCE_ID ?? `${role}-${randomUUID().slice(0, 8)}`,
    boot: randomUUID(),
    host: env.HOST,
    port: env.PORT,
    unixSocket: env.UNIX_SOCKET ?? null,
    dataDir: dataDirOf(env),
    logLevel: env.LOG_LEVEL,
    distributed: env.ENABLE_DISTRIBUTED_CHAT,
    redisUrl,
    cacheRedisUrl: redisUrl === null ? null : (cacheRedis(env) ?? redisUrl),
    database: { url: requireDatabase(env), pool: env.DB_POOL },
    replicaUrl: env.DATABASE_REPLICA_URL ?? null,
    metricsApiKeys: env.METRICS_API_KEY ?? [],
    sessionSecrets: secretsOf(env, "SESSION_SECRET", keepSecret),
    clusterSecrets: secretsOf(env, "CLUSTER_SECRET", keepSecret),
    allowedOrigins: env.ALLOWED_ORIGINS ?? [],
    trustProxy: env.TRUST_PROXY,
    cookieDomain: env.SESSION_COOKIE_DOMAIN ?? null,
    heartbeatIntervalMs: env.HEARTBEAT_INTERVAL_MS,
    instanceTimeoutMs: env.INSTANCE_TIMEOUT_MS,
    dedupWindowMs: env.DEDUP_WINDOW_MS,
    shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
  };
}

/** Configuration of a node. */
export function nodeConfig(env: Env, keepSecret: KeepSecret): NodeConfig {
  return {
    ...baseConfig(env, "node", keepSecret),
    streamingBaseUrl: env.STREAMING_API_BASE_URL ?? null,
    presence: env.PRESENCE,
    guests: env.GUESTS,
    presenceDebounceMs: env.PRESENCE_DEBOUNCE_MS,
    headPollIntervalMs: env.HEAD_POLL_INTERVAL_MS,
    fanoutWindowMaxMs: env.FANOUT_WINDOW_MAX_MS,
    limits: {
      messages: env.LIMIT_MESSAGES,
      commands: env.LIMIT_COMMANDS,
      logins: env.LIMIT_LOGINS,
      guests: env.LIMIT_GUESTS,
    },
    connectionsPerIp: env.LIMIT_CONNECTIONS_PER_IP,
    connectionsPerUser: env.LIMIT_CONNECTIONS_PER_USER,
  };
}

/** Configuration of an emitter. */
export function emitterConfig(env: Env, keepSecret: KeepSecret): EmitterConfig {
  return {
    ...baseConfig(env, "emitter", keepSecret),
    emitterApiKeys: env.EMITTER_API_KEY ?? [],
    messagesLimit: env.LIMIT_MESSAGES,
  };
}

const dayMs = 24 * 3600 * 1000;

/** Configuration of a worker. */
export function workerConfig(env: Env, keepSecret: KeepSecret): WorkerConfig {
  const days = env.HISTORY_MAX_AGE_DAYS;
  return {
    ...baseConfig(env, "worker", keepSecret),
    retention: { maxAgeMs: days === null ? null : days * dayMs, maxEvents: env.HISTORY_MAX_EVENTS },
  };
}

/** Configuration of the commands that change the database's shape or its first admin. */
export function migrationConfig(env: Env): MigrationConfig {
  return {
    url: env.DATABASE_MIGRATION_URL ?? requireDatabase(env),
    admin: { name: env.ADMIN_NAME, password: env.ADMIN_PASSWORD ?? null },
    logLevel: env.LOG_LEVEL,
  };
}

function secretsOf(env: Env, name: "SESSION_SECRET" | "CLUSTER_SECRET", keepSecret: KeepSecret): string[] {
  const given = env[name];
  if (given) return given;
  if (env.NODE_ENV === "production") throw new ConfigError(`${name}: required with NODE_ENV=production`);
  return [keepSecret(name, makeSecret)];
}

function requireDatabase(env: Env): string {
  if (env.DATABASE_URL === undefined)
    throw new ConfigError("DATABASE_URL: required, such as postgres://user:password@host:5432/parley");
  return env.DATABASE_URL;
}
