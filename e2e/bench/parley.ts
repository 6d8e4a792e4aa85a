import { randomBytes, randomUUID, createHmac } from "node:crypto";
import { parleyProgram } from "./migrate-parley.js";
import type { Services } from "./services.js";
import { startSubject, type StartOptions, type Subject } from "./subject.js";

const sessionSecret = randomBytes(24).toString("hex");
/** Opens /metrics of Parley's nodes. */
export const metricsKey = randomBytes(24).toString("hex");

/** The limits stay on, at heights the load does not reach: they cost what they cost. */
const settings = {
  ENABLE_DISTRIBUTED_CHAT: "true",
  HOST: "127.0.0.1",
  SESSION_SECRET: sessionSecret,
  CLUSTER_SECRET: randomBytes(24).toString("hex"),
  METRICS_API_KEY: metricsKey,
  LIMIT_MESSAGES: "1000000/1000000",
  LIMIT_COMMANDS: "1000000/1000000",
  LIMIT_CONNECTIONS_PER_IP: "1000000",
  LIMIT_CONNECTIONS_PER_USER: "1000000",
  LOG_LEVEL: "warn",
};

/** Starts Parley's nodes, each with all it does in production but the roles beside them. */
export function startParley(services: Services, options: StartOptions = {}): Promise<Subject> {
  return startSubject("parley", [parleyProgram, "node"], options, (port, index) => ({
    ...settings,
    INSTANCE_ID: `node-${index + 1}-${port}`,
    PORT: String(port),
    TRUST_PROXY: options.behindNginx ? "1" : "0",
    UNIX_SOCKET: options.unixSocket ?? "",
    DATA_DIR: services.dataDir,
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    ...services.settings,
  }));
}

const cookieOf = (sid: string) => {
  const signature = createHmac("sha256", sessionSecret).update(sid).digest("base64").replace(/=+$/, "");
  return `parley=${encodeURIComponent(`s:${sid}.${signature}`)}`;
};

/** Writes the sessions of so many guests into the database, as logging in does; returns their cookies. */
export async function addSessions({ database }: Services, count: number): Promise<string[]> {
  const expires = new Date(Date.now() + 24 * 3600 * 1000);
  const cookie = { originalMaxAge: 24 * 3600 * 1000, expires, httpOnly: true, path: "/", sameSite: "lax" };
  const sids = Array.from({ length: count }, () => randomUUID());
  const sessions = sids.map((_, i) =>
    JSON.stringify({
      cookie: { ...cookie, secure: false },
      user: { id: randomUUID(), name: `Guest ${i + 1}`, role: "guest" },
    }),
  );
  await database.query(
    "INSERT INTO sessions (sid, sess, expire) SELECT s, x::json, $3 FROM unnest($1::text[], $2::text[]) AS a(s, x)",
    [sids, sessions, expires],
  );
  return sids.map(cookieOf);
}

/** Makes public rooms. */
export async function addRooms({ database }: Services, names: string[]): Promise<void> {
  await database.query(
    "INSERT INTO rooms (id, title, visibility) SELECT name, name, 'public' FROM unnest($1::text[]) AS a(name)",
    [names],
  );
}
