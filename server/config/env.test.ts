import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, envSchema, readEnv } from "./env.js";
import { projectRoot } from "./paths.js";

const noFile = (path: string): string => {
  throw new Error(`no file ${path}`);
};
const read = (source: Record<string, string | undefined>) => readEnv(source, noFile);

function refusal(source: Record<string, string>): string {
  try {
    read(source);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error(`${JSON.stringify(source)} was accepted`);
}

describe("defaults", () => {
  it("are the contract's", () => {
    expect(read({})).toEqual({
      ENABLE_DISTRIBUTED_CHAT: false,
      HOST: "0.0.0.0",
      PORT: 3001,
      DATA_DIR: "var",
      DB_POOL: 10,
      TRUST_PROXY: 1,
      PRESENCE: "on",
      ADMIN_NAME: "admin",
      GUESTS: "write",
      HEARTBEAT_INTERVAL_MS: 10_000,
      INSTANCE_TIMEOUT_MS: 45_000,
      PRESENCE_DEBOUNCE_MS: 500,
      DEDUP_WINDOW_MS: 5000,
      HEAD_POLL_INTERVAL_MS: 1000,
      FANOUT_WINDOW_MAX_MS: 20,
      SHUTDOWN_TIMEOUT_MS: 30_000,
      LIMIT_MESSAGES: { burst: 20, perSecond: 5 },
      LIMIT_COMMANDS: { burst: 100, perSecond: 50 },
      LIMIT_LOGINS: { burst: 5, perSecond: 0.1 },
      LIMIT_GUESTS: { burst: 20, perSecond: 0.5 },
      LIMIT_CONNECTIONS_PER_IP: 200,
      LIMIT_CONNECTIONS_PER_USER: 20,
      HISTORY_MAX_AGE_DAYS: null,
      HISTORY_MAX_EVENTS: null,
      WORKER_QUEUES: ["default", "push", "mailers", "pull"],
      WORKER_CONCURRENCY: 5,
      LOG_LEVEL: "info",
    });
  });

  it("stand for empty values too", () => {
    expect(read({ PORT: "", GUESTS: "", REDIS_URL: undefined })).toEqual(read({}));
  });

  it("are what .env.example shows, which names exactly the settings there are", () => {
    const text = readFileSync(join(projectRoot, ".env.example"), "utf8");
    const lines = [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]);
    expect(new Set(lines.map(([name]) => name))).toEqual(new Set(Object.keys(envSchema.shape)));
    expect(lines).toHaveLength(Object.keys(envSchema.shape).length);
    const set = lines.filter(([, value]) => value !== "");
    expect(new Set(set.map(([name]) => name))).toEqual(new Set(Object.keys(read({}))));
    expect(read(Object.fromEntries(set) as Record<string, string>)).toEqual(read({}));
  });
});

describe("a wrong value", () => {
  it.each([
    ["ENABLE_DISTRIBUTED_CHAT", "yes", /"true"\|"false"/],
    ["INSTANCE_ID", "node 1", /A-Z, a-z, 0-9/],
    ["PORT", "http", /whole number/],
    ["PORT", "-1", /whole number/],
    ["PORT", "65536", /<=65535/],
    ["UNIX_SOCKET", "run/node-1.sock", /absolute path/],
    ["UNIX_SOCKET", `/${"s".repeat(100)}`, /at most 100 bytes/],
    ["UNIX_SOCKET", `/${"é".repeat(50)}`, /at most 100 bytes/],
    ["DB_POOL", "0", />=1/],
    ["REDIS_URL", "localhost:6379", /redis:\/\/ or rediss:\/\//],
    ["REDIS_SENTINELS", "somewhere", /host:port/],
    ["CACHE_REDIS_URL", "http://cache", /redis:\/\//],
    ["DATABASE_URL", "mysql://db/x", /postgres:\/\//],
    ["SESSION_SECRET", "short", /32 characters/],
    ["SESSION_SECRET", `${"s".repeat(32)},short`, /32 characters/],
    ["METRICS_API_KEY", "k".repeat(31), /32 characters/],
    ["EMITTER_API_KEY", "k".repeat(40), /10 different/],
    ["ALLOWED_ORIGINS", "https://chat.example/", /exact origins/],
    ["ALLOWED_ORIGINS", "*", /exact origins/],
    ["TRUST_PROXY", "true", /number of proxies/],
    ["STREAMING_API_BASE_URL", "chat.example", /https:\/\//],
    ["SESSION_COOKIE_DOMAIN", "localhost", /domain/],
    ["PRESENCE", "maybe", /"counts"/],
    ["HOST", "127.0.0.1:3001/", /address or a host name/],
    ["HOST", "my host", /address or a host name/],
    ["ADMIN_PASSWORD", "admin", /10 to 256 characters/],
    ["ADMIN_PASSWORD", "🐈🐈🐈🐈🐈", /10 to 256 characters/],
    ["ADMIN_NAME", "a".repeat(33), /1 to 32 characters/],
    ["ADMIN_NAME", " admin", /spaces at its ends/],
    ["GUESTS", "all", /"read"/],
    ["HEARTBEAT_INTERVAL_MS", "10s", /whole number/],
    ["HEARTBEAT_INTERVAL_MS", "99", />=100/],
    ["LIMIT_MESSAGES", "20", /burst\/per second/],
    ["LIMIT_MESSAGES", "0/5", /burst\/per second/],
    ["LIMIT_MESSAGES", "5/0", /burst\/per second/],
    ["LIMIT_LOGINS", "none", /or off/],
    ["LIMIT_CONNECTIONS_PER_IP", "0", /above 0, or off/],
    ["WORKER_QUEUES", "default,pushes", /"push"/],
    ["WORKER_QUEUES", ",", />=1/],
    ["LOG_LEVEL", "verbose", /"debug"/],
  ])("%s=%s is refused in one line that names it and what is allowed", (name, value, allowed) => {
    const message = refusal({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name}: .`));
    expect(message).toMatch(allowed);
    expect(message).not.toContain("\n");
  });

  it("of a limit can be off", () => {
    const env = read({ LIMIT_MESSAGES: "off", LIMIT_CONNECTIONS_PER_IP: "off", LIMIT_LOGINS: "2/0.25" });
    expect(env.LIMIT_MESSAGES).toBeNull();
    expect(env.LIMIT_CONNECTIONS_PER_IP).toBeNull();
    expect(env.LIMIT_LOGINS).toEqual({ burst: 2, perSecond: 0.25 });
  });
});

describe("an unknown name", () => {
  it.each(["LIMIT_FOOD_PER_DAY", "CACHE_REDIS_SHARDING", "DATABASE_FLAVOUR", "PARLEY_PORT"])(
    "of our own families is refused: %s",
    (name) => {
      expect(refusal({ [name]: "1" })).toMatch(new RegExp(`^${name}: unknown`));
    },
  );

  it.each([
    ["REDIS_ULR", "REDIS_URL"],
    ["ENABLE_DISTRIBUTED_CHATS", "ENABLE_DISTRIBUTED_CHAT"],
    ["redis_url", "REDIS_URL"],
    ["SESION_SECRET", "SESSION_SECRET"],
    ["LIMIT_MESAGES", "LIMIT_MESSAGES"],
    ["GUEST", "GUESTS"],
    ["HEARTBEAT_INTERVAL", "HEARTBEAT_INTERVAL_MS"],
    ["dedup_window", "DEDUP_WINDOW_MS"],
    ["port", "PORT"],
  ])("that is nearly a setting is refused and the setting is named: %s", (name, meant) => {
    expect(refusal({ [name]: "1" })).toBe(`${name}: unknown; did you mean ${meant}?`);
  });

  it("of somebody else passes", () => {
    const others = [
      "HOME",
      "HOSTNAME",
      "PATH",
      "npm_config_cache",
      "npm_package_version",
      "LANG",
      "PWD",
      "TZ",
    ];
    const more = [
      "SHELL",
      "USER",
      "POSTGRES_PASSWORD",
      "REDISCLI_AUTH",
      "PGHOST",
      "NODE_OPTIONS",
      "PORTS",
      "VITEST",
    ];
    const source = Object.fromEntries([...others, ...more].map((name) => [name, "x"]));
    expect(read(source)).toEqual(read({}));
  });
});

describe("<NAME>_FILE", () => {
  const files = (path: string): string => {
    if (path !== "/run/secrets/session") throw new Error("ENOENT");
    return `${"s3cr3t-".repeat(6)}\n`;
  };

  it("reads a secret from a file, without the line's end", () => {
    const env = readEnv({ SESSION_SECRET_FILE: "/run/secrets/session" }, files);
    expect(env.SESSION_SECRET).toEqual(["s3cr3t-".repeat(6)]);
  });

  it("is refused beside the setting itself", () => {
    const source = { SESSION_SECRET: "s".repeat(32), SESSION_SECRET_FILE: "/run/secrets/session" };
    expect(() => readEnv(source, files)).toThrow("SESSION_SECRET: set it or SESSION_SECRET_FILE, not both");
  });

  it("is refused when the file can not be read", () => {
    expect(() => readEnv({ REDIS_URL_FILE: "/nowhere" }, files)).toThrow(
      /^REDIS_URL_FILE: the file \/nowhere/,
    );
  });

  it("has its content checked as the setting itself", () => {
    expect(() => readEnv({ REDIS_URL_FILE: "/run/secrets/session" }, files)).toThrow(/^REDIS_URL: /);
  });
});
