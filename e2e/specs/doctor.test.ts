import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareNginx } from "../../compose/nginx.js";
import { projectRoot } from "../../compose/paths.js";
import { redisUsers, renderAcl } from "../../compose/redis/acl.mjs";
import { startRedis } from "../../compose/redis.js";
import { startServer, type RunningServer } from "../../compose/running-server.js";
import { eventually } from "../support/eventually.js";
import { freePorts } from "../support/ports.js";
import { startReplicatedPostgres } from "../support/replica.js";
import { startStack, type Stack } from "../support/stack.js";

const program = join(projectRoot, "dist/server/main.js");

let stack: Stack;
let environment: Record<string, string>;

interface Outcome {
  code: number;
  lines: string[];
}

/** Runs `parley doctor` in the environment of a node. */
function doctor(args: string[] = [], changes: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment, ...changes };
    execFile(process.execPath, [program, "doctor", ...args], { env }, (error, stdout) => {
      const code = typeof error?.code === "number" ? error.code : 0;
      resolve({ code, lines: stdout.split("\n").filter((line) => line !== "") });
    });
  });
}

const states = ({ lines }: Outcome) => [...new Set(lines.map((line) => line.slice(0, 11).trim()))];
const failures = ({ lines }: Outcome) => lines.filter((line) => line.startsWith("failed"));

beforeAll(async () => {
  stack = await startStack({ NODES: "3" });
  environment = {
    ENABLE_DISTRIBUTED_CHAT: "true",
    DATABASE_URL: stack.process("postgres").url,
    REDIS_URL: stack.process("redis").url,
    DATA_DIR: stack.dataDir,
  };
});
afterAll(() => stack?.stop());

describe("parley doctor", () => {
  it("has nothing against a healthy cluster", async () => {
    const outcome = await doctor(["--url", stack.url], {
      DATABASE_MIGRATION_URL: stack.process("postgres").url,
    });
    expect(states(outcome), outcome.lines.join("\n")).toEqual(["ok"]);
    expect(outcome.code).toBe(0);
    const text = outcome.lines.join("\n");
    for (const check of ["settings", "database", "schema", "migration rights", "redis", "redis rights"])
      expect(text).toContain(` ${check}: `);
    for (const check of ["clocks", "nginx requests", "nginx polling", "nginx host", "nginx address"])
      expect(text).toContain(` ${check}: `);
  });

  it.each(["emitter", "worker"])("has nothing against its %s", async (role) => {
    const outcome = await doctor(["--role", role]);
    expect(failures(outcome)).toEqual([]);
    expect(outcome.lines.at(-1)).toMatch(/^not checked +nginx: /);
    expect(outcome.code).toBe(0);
  });

  it.each([[["--role", "admin"]], [["--url", "8080"]], [["--help"]], [["--url"]]])(
    "refuses wrong use: %j",
    async (args) => {
      expect(await doctor(args)).toMatchObject({ code: 2, lines: [expect.stringContaining("usage")] });
    },
  );

  it("names a setting that is wrong", async () => {
    const outcome = await doctor([], { NODE_ENV: "production" });
    expect(failures(outcome)).toEqual([expect.stringMatching(/ settings: SESSION_SECRET: required/)]);
    expect(outcome.code).toBe(1);
    expect(failures(await doctor([], { REDIS_ULR: "redis://x" }))[0]).toContain("did you mean REDIS_URL");
  });

  it("warns of secrets that do for two purposes in production", async () => {
    const secret = "abcdefghijklmnopqrstuvwxyz0123456789";
    const { lines } = await doctor([], {
      NODE_ENV: "production",
      SESSION_SECRET: secret,
      CLUSTER_SECRET: secret,
    });
    expect(lines).toContainEqual(expect.stringMatching(/^warning +secrets: .*several purposes/));
    expect(lines.join("\n")).not.toContain(secret);
  });
});

describe("parley doctor on Postgres", () => {
  it("names a wrong password, without showing one", async () => {
    const url = new URL(environment.DATABASE_URL ?? "");
    url.password = "not-the-password";
    const outcome = await doctor([], { DATABASE_URL: url.href });
    expect(failures(outcome)).toEqual([expect.stringMatching(/ database: .*password authentication/)]);
    expect(outcome.lines.join("\n")).not.toContain("not-the-password");
    expect(outcome.code).toBe(1);
  });

  it("names a server that is not there", async () => {
    const outcome = await doctor([], { DATABASE_REPLICA_URL: "postgres://a@127.0.0.1:1/parley" });
    expect(failures(outcome)).toEqual([expect.stringMatching(/ replica: 127\.0\.0\.1:1\/parley: /)]);
  });

  it("names a schema that is behind, and a replica that follows nobody", async () => {
    const client = new pg.Client({ connectionString: environment.DATABASE_URL });
    await client.connect();
    await client.query("CREATE DATABASE behind");
    await client.end();
    const url = new URL(environment.DATABASE_URL ?? "");
    url.pathname = "/behind";
    const outcome = await doctor([], { DATABASE_URL: url.href, DATABASE_REPLICA_URL: url.href });
    expect(failures(outcome)[0]).toMatch(/ schema: version 0, \d+ needed: run "parley migrate"/);
    expect(outcome.lines).toContainEqual(expect.stringMatching(/^warning +replication: /));
    expect(outcome.code).toBe(1);
  });
});

describe("parley doctor on a replica", () => {
  it("sees that it follows, and has the schema", async () => {
    const dataDir = join(stack.dataDir, "replicated");
    const pair = await startReplicatedPostgres(dataDir, await freePorts(2));
    const addresses = { DATABASE_URL: pair.primary.url, DATABASE_REPLICA_URL: pair.replica.url };
    try {
      await promisify(execFile)(process.execPath, [program, "migrate"], {
        env: { PATH: process.env.PATH, ADMIN_PASSWORD: stack.admin.password, ...addresses },
      });
      const outcome = await eventually("the replica to follow", async () => {
        const now = await doctor([], addresses);
        return failures(now).length === 0 && now;
      });
      expect(outcome.lines).toContainEqual(expect.stringMatching(/^ok +replication: follows/));
      expect(outcome.lines).toContainEqual(expect.stringMatching(/^ok +replica's schema: version/));
      expect(outcome.code).toBe(0);
    } finally {
      await pair.stop();
    }
  });
});

describe("parley doctor on a Redis with users", () => {
  let redis: RunningServer;
  const passwords = Object.fromEntries(redisUsers.map((user) => [user, `${user}-password`]));
  const acl = `${renderAcl(passwords)}user root on >root-password ~* &* +@all\n`;
  const urlOf = (user: string, password = `${user}-password`) => {
    const url = new URL(redis.url);
    url.username = user;
    url.password = password;
    return url.href;
  };

  /** What an admin of Redis would type. */
  async function asRoot(...commands: string[][]): Promise<void> {
    const client = await createClient({ url: urlOf("root") }).connect();
    for (const command of commands) await client.sendCommand(command);
    await client.close();
  }

  beforeAll(async () => {
    const aclFile = join(stack.dataDir, "users.acl");
    writeFileSync(aclFile, acl);
    const dataDir = join(stack.dataDir, "other-redis");
    redis = await startRedis({ dataDir, port: await freePorts(1), aclFile });
  });
  afterAll(() => redis?.stop());

  it.each(["node", "emitter", "worker"])("finds the shipped rights enough for the role %s", async (role) => {
    const outcome = await doctor(["--role", role], { REDIS_URL: urlOf(role) });
    expect(failures(outcome)).toEqual([]);
    expect(outcome.lines).toContainEqual(expect.stringMatching(/^ok +redis rights: /));
    // The least rights do not show the eviction policy, and it says so.
    expect(outcome.lines).toContainEqual(expect.stringMatching(/^not checked +redis eviction: /));
  });

  it("names a wrong password", async () => {
    const outcome = await doctor([], { REDIS_URL: urlOf("node", "wrong") });
    expect(failures(outcome)).toEqual([expect.stringMatching(/ redis: .*WRONGPASS/)]);
    expect(outcome.code).toBe(1);
  });

  it("names each channel, command and key that is missing", async () => {
    await asRoot(
      ["ACL", "SETUSER", "node", "resetchannels", "&chat:io#/#*", "&chat:live:*", "&chat:io-request#/#"],
      ["ACL", "SETUSER", "node", "-zadd"],
    );
    const [line] = failures(await doctor([], { REDIS_URL: urlOf("node") }));
    expect(line).toMatch(/ redis rights: node may not .*ZADD/);
    expect(line).toContain("SUBSCRIBE chat:io#/admin#");
    expect(line).toContain("PUBLISH chat:io-response#/#");
    expect(line).not.toMatch(/SUBSCRIBE chat:io#\/#|ZREM /);
  });

  it("names a policy that evicts, and a Redis for volatile data by itself", async () => {
    await asRoot(["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    const outcome = await doctor([], { CACHE_REDIS_URL: urlOf("root") });
    expect(failures(outcome)).toEqual([
      expect.stringMatching(/ cache redis eviction: maxmemory-policy is allkeys-lru.*noeviction/),
    ]);
    expect(outcome.code).toBe(1);
  });
});

describe("parley doctor on nginx", () => {
  /** The cluster's nodes behind an nginx whose configuration was spoilt. */
  async function behind<T>(name: string, spoil: (text: string) => string, look: (url: string) => Promise<T>) {
    const port = await freePorts(1);
    const program = await prepareNginx(join(stack.dataDir, name), {
      listen: `127.0.0.1:${port}`,
      nodes: ["node-1", "node-2", "node-3"].map((id) => `127.0.0.1:${stack.process(id).port}`),
      realIpFrom: [],
      connectionsPerAddress: 1000,
    });
    const folder = program.cwd ?? "";
    for (const file of readdirSync(folder).filter((each) => each.endsWith(".conf")))
      writeFileSync(join(folder, file), spoil(readFileSync(join(folder, file), "utf8")));
    const url = `http://127.0.0.1:${port}`;
    const check = async () => void (await fetch(`${url}/livez`));
    const nginx = await startServer({ program, url }, check, [["SIGTERM", 5_000]]);
    try {
      return await look(url);
    } finally {
      await nginx.stop();
    }
  }

  const check = (url: string) => doctor(["--url", url]);

  it("names an upstream without stickiness", async () => {
    const outcome = await behind("spread", (text) => text.replaceAll("ip_hash;", ""), check);
    expect(failures(outcome)).toEqual([
      expect.stringMatching(/ nginx requests: 12 of one client reached node-1, node-2, node-3: use ip_hash/),
    ]);
    expect(outcome.code).toBe(1);
  });

  it("names sockets without stickiness", async () => {
    const spoil = (text: string) => text.replace(/(upstream sockets \{\s*zone [^;]*;\s*)ip_hash;/, "$1");
    const outcome = await behind("spread-sockets", spoil, check);
    expect(failures(outcome)).toEqual([expect.stringMatching(/ nginx polling: .*ip_hash/)]);
  });

  it("names a Host that does not reach the nodes", async () => {
    const spoil = (text: string) => text.replace("proxy_set_header Host $http_host;", "");
    const outcome = await behind("no-host", spoil, check);
    expect(failures(outcome)).toEqual([expect.stringMatching(/ nginx host: .*\$http_host/)]);
  });

  it("names an address that clients can invent, and warns where nginx hides it", async () => {
    const believe = (text: string) =>
      text.replace("X-Forwarded-For $remote_addr", "X-Forwarded-For $http_x_forwarded_for");
    expect(failures(await behind("believing", believe, check))).toEqual([
      expect.stringMatching(/ nginx address: a client can invent its address/),
    ]);
    const hide = (text: string) => text.replace("X-Forwarded-For $remote_addr", "X-Forwarded-For 10.0.0.1");
    expect((await behind("hiding", hide, check)).lines).toContainEqual(
      expect.stringMatching(/^warning +nginx address: the nodes do not see 127\.77\.77\.77/),
    );
  });

  it("names an address where nobody is", async () => {
    const outcome = await doctor(["--url", "http://127.0.0.1:1"]);
    expect(failures(outcome)).toEqual([
      expect.stringMatching(/ nginx: http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/),
    ]);
  });
});
