import { ConfigError, type Env } from "./env.js";

/** Address of the bus. @throws ConfigError naming the variable. */
export function requireRedis(env: Env): string {
  if (env.REDIS_SENTINELS) return throughSentinels(env, env.REDIS_SENTINELS);
  if (env.REDIS_CLUSTER_NODES) return asCluster(env, env.REDIS_CLUSTER_NODES);
  const url =
    env.REDIS_URL ??
    fromParts(env.REDIS_HOST, env.REDIS_PORT, inUrl(env.REDIS_USERNAME), inUrl(env.REDIS_PASSWORD));
  if (url === null)
    throw new ConfigError("REDIS_URL: required with ENABLE_DISTRIBUTED_CHAT=true (or REDIS_HOST)");
  return url;
}

function throughSentinels(env: Env, sentinels: string[]): string {
  if (env.REDIS_URL !== undefined || env.REDIS_HOST !== undefined || env.REDIS_CLUSTER_NODES !== undefined)
    throw new ConfigError(
      "REDIS_SENTINELS: not beside REDIS_URL, REDIS_HOST or REDIS_CLUSTER_NODES: they name the master themselves",
    );
  if (env.REDIS_SENTINEL_MASTER === undefined)
    throw new ConfigError("REDIS_SENTINEL_MASTER: required with REDIS_SENTINELS");
  return `redis-sentinel://${encodeURIComponent(env.REDIS_SENTINEL_MASTER)}?${followed(env, sentinels)}`;
}

function asCluster(env: Env, nodes: string[]): string {
  if (env.REDIS_URL !== undefined || env.REDIS_HOST !== undefined)
    throw new ConfigError("REDIS_CLUSTER_NODES: not beside REDIS_URL or REDIS_HOST");
  if (env.CACHE_REDIS_URL === undefined && env.CACHE_REDIS_HOST === undefined)
    throw new ConfigError(
      "CACHE_REDIS_URL: required with REDIS_CLUSTER_NODES: a Cluster carries messages only, registry, presence and limits need a Redis that is none",
    );
  return `redis-cluster://all?${followed(env, nodes)}`;
}

function followed(env: Env, nodes: string[]): string {
  const query = new URLSearchParams({ nodes: nodes.join(",") });
  if (env.REDIS_USERNAME !== undefined) query.set("username", env.REDIS_USERNAME);
  if (env.REDIS_PASSWORD !== undefined) query.set("password", env.REDIS_PASSWORD);
  return query.toString();
}

/** Address of volatile data, null where it is the bus's; parts that are not given fall back to the unprefixed ones (M17). */
export function cacheRedis(env: Env): string | null {
  if (env.CACHE_REDIS_URL !== undefined) return env.CACHE_REDIS_URL;
  const parts = [
    env.CACHE_REDIS_HOST,
    env.CACHE_REDIS_PORT,
    env.CACHE_REDIS_USERNAME,
    env.CACHE_REDIS_PASSWORD,
  ];
  if (parts.every((part) => part === undefined)) return null;
  const main = env.REDIS_URL === undefined ? null : new URL(env.REDIS_URL);
  return fromParts(
    env.CACHE_REDIS_HOST ?? env.REDIS_HOST ?? main?.hostname,
    env.CACHE_REDIS_PORT ?? env.REDIS_PORT ?? (main?.port ? Number(main.port) : undefined),
    inUrl(env.CACHE_REDIS_USERNAME ?? env.REDIS_USERNAME) ?? main?.username,
    inUrl(env.CACHE_REDIS_PASSWORD ?? env.REDIS_PASSWORD) ?? main?.password,
    main?.protocol,
  );
}

/** A part as it stands in an address: a `URL` leaves `%` as it is, and who reads it takes that for an escape. */
const inUrl = (part: string | undefined) => (part === undefined ? undefined : encodeURIComponent(part));

function fromParts(
  host?: string,
  port?: number,
  username?: string,
  password?: string,
  protocol = "redis:",
): string | null {
  if (host === undefined) return null;
  const url = new URL(`${protocol}//${host}:${port ?? 6379}`);
  url.username = username ?? "";
  url.password = password ?? "";
  return url.href;
}
