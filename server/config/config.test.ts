import { describe, expect, it } from "vitest";
import { baseConfig, emitterConfig, migrationConfig, nodeConfig, type KeepSecret } from "./config.js";
import { readEnv } from "./env.js";

const database = { DATABASE_URL: "postgres://parley:secret@db/parley" };
const distributed = { ...database, ENABLE_DISTRIBUTED_CHAT: "true" };
const env = (source: Record<string, string>) =>
  readEnv(source, () => {
    throw new Error("no files here");
  });
const base = (source: Record<string, string>, role: "node" | "emitter" | "worker" = "node") =>
  baseConfig(env(source), role, made);
const made: KeepSecret = (name) => `${name} made up for the test, long enough`;
const keepNone: KeepSecret = (name) => {
  throw new Error(`${name} was made up`);
};

describe("single-node mode", () => {
  it("uses no Redis, even where one is named", () => {
    const config = base({ ...database, REDIS_URL: "redis://main" });
    expect(config).toMatchObject({ distributed: false, redisUrl: null, cacheRedisUrl: null });
  });

  it("is refused for the emitter, which speaks through Redis", () => {
    expect(() => base(database, "emitter")).toThrow(/^ENABLE_DISTRIBUTED_CHAT: /);
  });
});

describe("distributed mode", () => {
  it("needs REDIS_URL", () => {
    expect(() => base(distributed)).toThrow(/^REDIS_URL: required/);
  });

  it("takes an address made of parts, with odd characters in the password", () => {
    const config = base({
      ...distributed,
      REDIS_HOST: "main",
      REDIS_USERNAME: "node",
      REDIS_PASSWORD: "50%off@:/#%40",
    });
    const url = new URL(config.redisUrl ?? "");
    expect([url.protocol, url.host, url.username]).toEqual(["redis:", "main:6379", "node"]);
    expect(decodeURIComponent(url.password)).toBe("50%off@:/#%40");
  });

  it("may be a Cluster, which stands alone and needs another Redis for volatile data", () => {
    const cluster = { ...distributed, REDIS_CLUSTER_NODES: "a:1,b:2" };
    expect(() => base(cluster)).toThrow(/^CACHE_REDIS_URL: required with REDIS_CLUSTER_NODES/);
    const cache = { CACHE_REDIS_URL: "redis://cache" };
    expect(base({ ...cluster, ...cache, REDIS_USERNAME: "node" })).toMatchObject({
      redisUrl: "redis-cluster://all?nodes=a%3A1%2Cb%3A2&username=node",
      cacheRedisUrl: "redis://cache",
    });
    expect(() => base({ ...cluster, ...cache, REDIS_URL: "redis://a" })).toThrow(
      /^REDIS_CLUSTER_NODES: not beside/,
    );
    expect(() => base({ ...cluster, ...cache, REDIS_SENTINELS: "a:1" })).toThrow(
      /^REDIS_SENTINELS: not beside/,
    );
  });

  it("finds the master through Sentinels, which have to be told its name and stand alone", () => {
    const sentinels = { ...distributed, REDIS_SENTINELS: "a:1,b:2", REDIS_PASSWORD: "p&w" };
    expect(base({ ...sentinels, REDIS_SENTINEL_MASTER: "chat" }).redisUrl).toBe(
      "redis-sentinel://chat?nodes=a%3A1%2Cb%3A2&password=p%26w",
    );
    expect(() => base(sentinels)).toThrow(/^REDIS_SENTINEL_MASTER: required/);
    expect(() => base({ ...sentinels, REDIS_URL: "redis://a", REDIS_SENTINEL_MASTER: "chat" })).toThrow(
      /^REDIS_SENTINELS: not beside/,
    );
  });
});

describe("volatile data", () => {
  const cacheOf = (source: Record<string, string>) => base({ ...distributed, ...source }).cacheRedisUrl;

  it("is on the main Redis unless told otherwise", () => {
    expect(cacheOf({ REDIS_URL: "redis://main:1234/2" })).toBe("redis://main:1234/2");
  });

  it("is where CACHE_REDIS_URL says", () => {
    expect(cacheOf({ REDIS_URL: "redis://main", CACHE_REDIS_URL: "redis://cache" })).toBe("redis://cache");
  });

  it("takes from the main address what its own parts leave out", () => {
    const main = { REDIS_URL: "rediss://node:pass@main:1234" };
    expect(cacheOf({ ...main, CACHE_REDIS_HOST: "cache" })).toBe("rediss://node:pass@cache:1234");
    expect(cacheOf({ ...main, CACHE_REDIS_PORT: "99" })).toBe("rediss://node:pass@main:99");
  });

  it("takes from the main parts what its own parts leave out", () => {
    const main = { REDIS_HOST: "main", REDIS_PORT: "1234", REDIS_PASSWORD: "pass" };
    expect(cacheOf({ ...main, CACHE_REDIS_PASSWORD: "other" })).toBe("redis://:other@main:1234");
    expect(cacheOf({ ...main, REDIS_PASSWORD: "100%", CACHE_REDIS_PORT: "99" })).toBe(
      "redis://:100%25@main:99",
    );
  });

  it("keeps a password that is escaped in the main address", () => {
    const url = new URL(cacheOf({ REDIS_URL: "redis://node:p%40ss@main", CACHE_REDIS_HOST: "cache" }) ?? "");
    expect(decodeURIComponent(url.password)).toBe("p@ss");
  });
});

describe("secrets", () => {
  it("are required in production", () => {
    const production = env({ ...database, NODE_ENV: "production" });
    expect(() => nodeConfig(production, keepNone)).toThrow(/^SESSION_SECRET: required/);
  });

  it("are made up and kept elsewhere", () => {
    const made: string[] = [];
    const config = nodeConfig(env(database), (name, make) => {
      made.push(name);
      return make();
    });
    expect(made).toEqual(["SESSION_SECRET", "CLUSTER_SECRET"]);
    expect(config.sessionSecrets[0]?.length).toBeGreaterThanOrEqual(32);
  });

  it("are all kept for rotation, the first first", () => {
    const [first, second] = ["a".repeat(32), "b".repeat(32)];
    const config = nodeConfig(
      env({ ...database, SESSION_SECRET: `${first}, ${second}`, CLUSTER_SECRET: first }),
      keepNone,
    );
    expect(config.sessionSecrets).toEqual([first, second]);
  });

  it("of services shorter than 32 characters are refused", () => {
    const short = {
      ...distributed,
      REDIS_URL: "redis://main",
      EMITTER_API_KEY: "abcdefghijklmnopqrstuvwxyz",
    };
    expect(() => emitterConfig(env(short), made)).toThrow(/^EMITTER_API_KEY: .*32/);
    const key = "abcdefghijklmnopqrstuvwxyz0123456789";
    expect(emitterConfig(env({ ...short, EMITTER_API_KEY: key }), made).emitterApiKeys).toEqual([key]);
  });
});

describe("settings that must fit together", () => {
  it("INSTANCE_TIMEOUT_MS is longer than HEARTBEAT_INTERVAL_MS", () => {
    const equal = { ...database, HEARTBEAT_INTERVAL_MS: "5000", INSTANCE_TIMEOUT_MS: "5000" };
    expect(() => base(equal)).toThrow(/^INSTANCE_TIMEOUT_MS: must be longer than HEARTBEAT_INTERVAL_MS/);
    expect(base({ ...equal, INSTANCE_TIMEOUT_MS: "5001" }).instanceTimeoutMs).toBe(5001);
  });

  it("DB_POOL is at least WORKER_CONCURRENCY for the worker", () => {
    const small = { ...database, DB_POOL: "4" };
    expect(() => base(small, "worker")).toThrow(/^DB_POOL: must be at least WORKER_CONCURRENCY, 5/);
    expect(base({ ...small, WORKER_CONCURRENCY: "4" }, "worker").database.pool).toBe(4);
    expect(base(small, "node").database.pool).toBe(4);
  });

  it("UNIX_SOCKET needs a proxy that is trusted: nobody has an address of his own there", () => {
    const local = { ...database, UNIX_SOCKET: `/${"s".repeat(99)}` };
    expect(() => base({ ...local, TRUST_PROXY: "0" })).toThrow(/^UNIX_SOCKET: needs TRUST_PROXY/);
    expect(base(local).unixSocket).toBe(local.UNIX_SOCKET);
    expect(base({ ...database, TRUST_PROXY: "0" }).unixSocket).toBeNull();
  });

  it("DATABASE_URL is required", () => {
    expect(() => base({})).toThrow(/^DATABASE_URL: required/);
  });
});

it("gives every start its own boot and, where none is set, its own id", () => {
  const [a, b] = [base(database), base(database)];
  expect(a.boot).not.toBe(b.boot);
  expect(a.instanceId).not.toBe(b.instanceId);
  expect(a.instanceId).toMatch(/^node-/);
});

it("migrates through DATABASE_MIGRATION_URL where there is one", () => {
  expect(migrationConfig(env(database)).url).toBe(database.DATABASE_URL);
  const direct = "postgres://direct/parley";
  expect(migrationConfig(env({ ...database, DATABASE_MIGRATION_URL: direct })).url).toBe(direct);
});
