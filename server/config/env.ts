import { z } from "zod";
import { password, userName } from "../../shared/values.js";
import { nearMiss } from "./near-miss.js";

// The only place that says what the environment may hold. `.env.example` tells the meaning of each setting.

const number = (min: number, max: number) =>
  z.string().regex(/^\d+$/, "a whole number").transform(Number).pipe(z.number().int().min(min).max(max));
const ms = (min: number, max: number, standard: number) => number(min, max).default(standard);
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);
const secrets = list.pipe(z.array(z.string().min(32, "needs at least 32 characters")).min(1));
const keys = secrets.refine(
  (values) => values.every((value) => new Set(value).size >= 10),
  "needs at least 10 different characters",
);
const address = (...schemes: string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol),
      `an address starting with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}`,
    );
const hostPorts = list.pipe(z.array(z.string().regex(/^[^:\s]+:\d{1,5}$/, "host:port,host:port,…")).min(1));
const origins = list.pipe(
  z.array(
    z
      .string()
      .refine(
        (value) => URL.canParse(value) && new URL(value).origin === value,
        "exact origins, such as https://chat.example",
      ),
  ),
);

/** A token bucket: `burst` tokens at most, filled with `perSecond`; `null` where the limit is off. */
export type Bucket = { burst: number; perSecond: number } | null;
const bucket = (standard: string) =>
  z
    .string()
    .default(standard)
    .transform((value, context): Bucket => {
      if (value === "off") return null;
      const match = /^(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(value);
      const burst = Number(match?.[1]);
      const perSecond = Number(match?.[2]);
      if (match && burst >= 1 && perSecond > 0) return { burst, perSecond };
      context.addIssue("burst/per second, such as 20/5, or off");
      return z.NEVER;
    });
const cap = (standard: number | null) =>
  z
    .string()
    .regex(/^([1-9]\d{0,6}|off)$/, "a whole number above 0, or off")
    .transform((value) => (value === "off" ? null : Number(value)))
    .default(standard);

const queue = z.enum(["default", "push", "mailers", "pull"]);
const redisUrl = address("redis:", "rediss:").optional();
const postgresUrl = address("postgres:", "postgresql:").optional();
const port = number(0, 65535);
/** The system takes 107 bytes, some systems 103. */
const socketPathMax = 100;
const socketPath = z
  .string()
  .refine(
    (value) => value.startsWith("/") && Buffer.byteLength(value) <= socketPathMax,
    `an absolute path of at most ${socketPathMax} bytes`,
  );
const text = z.string().optional();

/** Every setting of the contract; output is typed, with the contract's defaults. */
export const envSchema = z.object({
  NODE_ENV: text,
  ENABLE_DISTRIBUTED_CHAT: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true"),
  INSTANCE_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, "1 to 64 of A-Z, a-z, 0-9, ., _ and -")
    .optional(),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_%-]+$/, "an address or a host name, such as 0.0.0.0, :: or 127.0.0.1")
    .default("0.0.0.0"),
  PORT: port.default(3001),
  UNIX_SOCKET: socketPath.optional(),
  DATA_DIR: z.string().default("var"),
  REDIS_URL: redisUrl,
  REDIS_HOST: text,
  REDIS_PORT: port.optional(),
  REDIS_USERNAME: text,
  REDIS_PASSWORD: text,
  REDIS_SENTINELS: hostPorts.optional(),
  REDIS_SENTINEL_MASTER: text,
  REDIS_CLUSTER_NODES: hostPorts.optional(),
  CACHE_REDIS_URL: redisUrl,
  CACHE_REDIS_HOST: text,
  CACHE_REDIS_PORT: port.optional(),
  CACHE_REDIS_USERNAME: text,
  CACHE_REDIS_PASSWORD: text,
  DATABASE_URL: postgresUrl,
  DATABASE_MIGRATION_URL: postgresUrl,
  DATABASE_REPLICA_URL: postgresUrl,
  DB_POOL: number(1, 1000).default(10),
  SESSION_SECRET: secrets.optional(),
  CLUSTER_SECRET: secrets.optional(),
  METRICS_API_KEY: keys.optional(),
  EMITTER_API_KEY: keys.optional(),
  ALLOWED_ORIGINS: origins.optional(),
  TRUST_PROXY: z
    .string()
    .regex(/^\d{1,2}$/, "the number of proxies in front, never true")
    .transform(Number)
    .default(1),
  STREAMING_API_BASE_URL: address("http:", "https:", "ws:", "wss:").optional(),
  SESSION_COOKIE_DOMAIN: z
    .string()
    .regex(/^\.?[a-z0-9.-]+\.[a-z]{2,}$/i, "a domain, such as chat.example")
    .optional(),
  PRESENCE: z.enum(["on", "counts", "off"]).default("on"),
  ADMIN_NAME: userName.default("admin"),
  ADMIN_PASSWORD: password.optional(),
  GUESTS: z.enum(["write", "read", "off"]).default("write"),
  HEARTBEAT_INTERVAL_MS: ms(100, 600_000, 10_000),
  INSTANCE_TIMEOUT_MS: ms(500, 3_600_000, 45_000),
  PRESENCE_DEBOUNCE_MS: ms(0, 60_000, 500),
  DEDUP_WINDOW_MS: ms(0, 600_000, 5000),
  HEAD_POLL_INTERVAL_MS: ms(50, 60_000, 1000),
  FANOUT_WINDOW_MAX_MS: ms(0, 1000, 20),
  SHUTDOWN_TIMEOUT_MS: ms(100, 600_000, 30_000),
  LIMIT_MESSAGES: bucket("20/5"),
  LIMIT_COMMANDS: bucket("100/50"),
  LIMIT_LOGINS: bucket("5/0.1"),
  LIMIT_GUESTS: bucket("20/0.5"),
  LIMIT_CONNECTIONS_PER_IP: cap(200),
  LIMIT_CONNECTIONS_PER_USER: cap(20),
  HISTORY_MAX_AGE_DAYS: cap(null),
  HISTORY_MAX_EVENTS: cap(null),
  WORKER_QUEUES: list.pipe(z.array(queue).min(1)).default(["default", "push", "mailers", "pull"]),
  WORKER_CONCURRENCY: number(1, 1000).default(5),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

/** The environment after checking. */
export type Env = z.infer<typeof envSchema>;

/** Settings that may be read from a file instead, named by `<NAME>_FILE` (secrets of a container). */
export const fileSettings = [
  "SESSION_SECRET",
  "CLUSTER_SECRET",
  "DATABASE_URL",
  "DATABASE_MIGRATION_URL",
  "REDIS_URL",
  "METRICS_API_KEY",
  "EMITTER_API_KEY",
  "ADMIN_PASSWORD",
] as const;

/** A setting that is wrong: the message is one line that names the variable and what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Checks the environment. Empty values count as not set.
 * @throws ConfigError for a wrong value, an unknown name of our own families, or a near-miss of a setting's name.
 */
export function readEnv(source: Record<string, string | undefined>, readFile: (path: string) => string): Env {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(source))
    if (value !== undefined && value !== "") values[name] = value;
  for (const name of fileSettings) {
    const path = values[`${name}_FILE`];
    if (path === undefined) continue;
    if (values[name] !== undefined) throw new ConfigError(`${name}: set it or ${name}_FILE, not both`);
    values[name] = readSecret(`${name}_FILE`, path, readFile);
  }
  refuseUnknown(Object.keys(values));
  const result = envSchema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ConfigError(`${String(issue?.path[0])}: ${issue?.message ?? "wrong"}`);
}

function readSecret(name: string, path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path).trim();
  } catch {
    throw new ConfigError(`${name}: the file ${path} can not be read`);
  }
}

const known = new Set([...Object.keys(envSchema.shape), ...fileSettings.map((name) => `${name}_FILE`)]);
const families = /^(LIMIT_|CACHE_REDIS_|DATABASE_|PARLEY_)/;

function refuseUnknown(names: string[]): void {
  for (const name of names) {
    if (known.has(name)) continue;
    const meant = nearMiss(name, known);
    if (meant !== null) throw new ConfigError(`${name}: unknown; did you mean ${meant}?`);
    if (families.test(name)) throw new ConfigError(`${name}: unknown setting; .env.example lists them all`);
  }
}
