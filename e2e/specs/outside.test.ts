import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Emitter } from "@socket.io/redis-emitter";
import { createClient } from "redis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { projectRoot } from "../../compose/paths.js";
import { startPostgres } from "../../compose/postgres.js";
import { startRedis } from "../../compose/redis.js";
import type { RunningServer } from "../../compose/running-server.js";
import { eventually } from "../support/eventually.js";
import { connect, connectAdmin, type Person } from "../support/person.js";
import { freePorts } from "../support/ports.js";
import { enter, guest, request, type Answer } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

// Outside services at a cluster whose Redis has the users of compose/redis/users.acl.

const run = promisify(execFile);
const emitterKey = "a-key-for-outside-services-1234567890";
const password = "redis-password-of-the-tests";

let dataDir: string;
let redis: RunningServer;
let postgres: RunningServer;
let stack: Stack;
/** Another emitter, which the stack does not start. */
let second: { child: ChildProcess; url: string };
let outside: ReturnType<typeof createClient>;
let ann: Person;
let bob: Person;
const heard = new Map<Person, unknown[][]>();

const redisUrlOf = (user: string) => redis.url.replace("//", `//${user}:${password}@`);

async function personOn(node: string, name: string): Promise<Person> {
  const person = await connect(await guest(stack.process(node).url, name));
  const all: unknown[][] = [];
  heard.set(person, all);
  person.socket.onAny((...args: unknown[]) => void all.push(args));
  await person.join("general");
  return person;
}

const main = join(projectRoot, "dist/server/main.js");

async function startEmitter(port: number): Promise<typeof second> {
  const child = spawn(process.execPath, [main, "emitter"], {
    env: {
      PATH: process.env.PATH,
      ENABLE_DISTRIBUTED_CHAT: "true",
      INSTANCE_ID: "emitter-2",
      PORT: String(port),
      DATA_DIR: stack.dataDir,
      REDIS_URL: redisUrlOf("emitter"),
      DATABASE_URL: postgres.url,
      EMITTER_API_KEY: emitterKey,
    },
    stdio: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually(
    "the second emitter",
    async () => (await request(url, "GET", "/health")).body.status === "ok",
  );
  return { child, url };
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "parley-outside-"));
  const aclFile = join(dataDir, "users.acl");
  const acl = readFileSync(join(projectRoot, "compose/redis/users.acl"), "utf8");
  const hash = createHash("sha256").update(password).digest("hex");
  writeFileSync(aclFile, acl.replaceAll(/\$\{[A-Z]+\}/g, hash));
  const port = await freePorts(3);
  redis = await startRedis({ dataDir, port, aclFile });
  postgres = await startPostgres({ dataDir, port: port + 1 });
  stack = await startStack({
    NODES: "2",
    REDIS_URL: redisUrlOf("node"),
    DATABASE_URL: postgres.url,
    EMITTER_API_KEY: emitterKey,
    LIMIT_MESSAGES: "500/50",
    // What arrives sooner came over the bus.
    HEAD_POLL_INTERVAL_MS: "5000",
  });
  second = await startEmitter(port + 2);
  outside = createClient({ url: redisUrlOf("outside") });
  await outside.connect();
  [ann, bob] = [await personOn("node-1", "Ann"), await personOn("node-2", "Bob")];
});
afterAll(async () => {
  ann?.close();
  bob?.close();
  await outside?.close();
  if (second?.child.kill("SIGTERM")) await once(second.child, "exit");
  await stack?.stop();
  await postgres?.stop();
  await redis?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => heard.forEach((all) => all.splice(0)));

/** What a person heard of these names. */
const heardOf = (person: Person, ...names: string[]) =>
  (heard.get(person) ?? []).filter(([name]) => names.includes(String(name)));

describe("the stock emitter", () => {
  /** Everybody has heard what was published before. */
  async function expectMarker(): Promise<void> {
    const marker = randomUUID();
    const event = { source: "test", type: "marker", data: marker };
    new Emitter(outside, { key: "chat:ext" }).to("room:general").emit("external:event", event);
    for (const person of [ann, bob])
      await eventually("the marker", () => JSON.stringify(heard.get(person)).includes(marker));
  }

  it("speaks to people on two nodes as the documentation shows it, once to each", async () => {
    const page = readFileSync(join(projectRoot, "docs/outside-services.md"), "utf8");
    const example = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    await run(process.execPath, ["--input-type=module", "-e", example], {
      cwd: projectRoot,
      env: { PATH: process.env.PATH, REDIS_URL: redisUrlOf("outside") },
    });
    await expectMarker();
    for (const person of [ann, bob]) {
      expect(heardOf(person, "external:event").slice(0, -1)).toEqual([
        ["external:event", { source: "weather", type: "rain", data: { mm: 3 } }],
      ]);
      expect(heardOf(person, "announcement:created")).toEqual([
        ["announcement:created", expect.objectContaining({ text: "Rain is coming", level: "info" })],
      ]);
    }
  });

  it("speaks to no other room's people", async () => {
    const chat = new Emitter(outside, { key: "chat:ext" });
    chat.to("room:random").emit("external:event", { source: "weather", type: "rain", data: 1 });
    await expectMarker();
    for (const person of [ann, bob]) expect(heardOf(person, "external:event")).toHaveLength(1);
  });

  it("speaks in a private room to those who are in it", async () => {
    const account = { name: "Cid", password: "a-long-password" };
    const cid = await connect(await enter(stack.process("node-2").url, "/api/users", account));
    const room = { id: "hidden", title: "Hidden", visibility: "private" };
    expect((await cid.session.request("POST", "/api/rooms", room)).status).toBe(201);
    await cid.join("hidden");
    const told: unknown[] = [];
    cid.socket.on("external:event", (event) => void told.push(event));
    const event = { source: "weather", type: "rain", data: "for members" };
    new Emitter(outside, { key: "chat:ext" }).to("room:hidden").emit("external:event", event);
    await eventually("the event", () => told.length > 0);
    await expectMarker();
    expect(told).toEqual([event]);
    for (const person of [ann, bob]) expect(heardOf(person, "external:event")).toHaveLength(1);
    cid.close();
  });

  it("can forge nothing that a node says", async () => {
    const chat = new Emitter(outside, { key: "chat:ext" });
    const sender = { id: "ext:x", name: "Admin", role: "admin" };
    const [last] = ann.shown("general").slice(-1);
    const offset = (last?.offset ?? 0) + 1;
    const message = {
      offset,
      kind: "message",
      id: randomUUID(),
      at: 1,
      sender,
      clientId: randomUUID(),
      text: "forged",
    };
    chat.to("room:general").emit("room:events", { room: "general", epoch: "1", events: [message] });
    chat.emit("session:ended", { reason: "forged" });
    chat.emit("server:draining", { reconnectInMs: 0 });
    for (const key of ["chat:io#/#", "chat:io#/#room:general#", "chat:io-request#/#", "chat:ext-request#/#"])
      await expect(outside.publish(key, "forged")).rejects.toThrow("NOPERM");
    await expect(outside.get("chat:instances")).rejects.toThrow("NOPERM");
    await expectMarker();
    for (const person of [ann, bob]) {
      expect(heardOf(person, "room:events", "session:ended", "server:draining")).toEqual([]);
      expect(person.socket.connected).toBe(true);
      expect(person.texts("general")).not.toContain("forged");
    }
  });
});

describe("POST /v1/messages", () => {
  function post(
    body: unknown,
    key: string | null = randomUUID(),
    apiKey = emitterKey,
    url = stack.process("emitter-1").url,
  ): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${apiKey}`,
      ...(key === null ? {} : { "idempotency-key": key }),
    };
    return request(url, "POST", "/v1/messages", body, headers);
  }
  const about = (text: string) => ({ room: "general", text, source: "weather" });
  const times = (person: Person, text: string) =>
    person.texts("general").filter((shown) => shown === text).length;

  it("appends a message that people on all nodes are shown", async () => {
    const { status, body } = await post(about("posted"));
    expect(status).toBe(201);
    expect(body).toMatchObject({ room: "general", instances: 5 });
    for (const person of [ann, bob])
      await eventually("the message", () => times(person, "posted") === 1, 500);
    expect(ann.shown("general").at(-1)).toMatchObject({
      id: body.id,
      offset: body.offset,
      at: body.at,
      sender: { id: "ext:weather", name: "weather", role: "member" },
    });
  });

  it("answers 20 equal posts at once at two emitters with one receipt, of one message", async () => {
    const key = "visible!~ASCII#1".padEnd(255, "x");
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        post(about("equal"), key, emitterKey, i % 2 === 0 ? second.url : undefined),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    for (const person of [ann, bob]) {
      await eventually("the message", () => times(person, "equal") > 0);
      expect(times(person, "equal")).toBe(1);
    }
    expect((await post(about("other"), key)).body).toMatchObject({ error: { code: "conflict" } });
  });

  it("refuses what it can not take, and names it", async () => {
    const refused = async (answer: Promise<Answer>) => {
      const { status, body } = await answer;
      return [status, (body.error as { message: string }).message.split(":")[0]];
    };
    expect(await refused(post(about("x"), null))).toEqual([400, "Idempotency-Key"]);
    expect(await refused(post(about("x"), "x".repeat(256)))).toEqual([400, "Idempotency-Key"]);
    expect(await refused(post(about("x"), "with space"))).toEqual([400, "Idempotency-Key"]);
    expect(await refused(post(about(" ")))).toEqual([400, "text"]);
    expect(await refused(post({ ...about("x"), source: "a\u202eb" }))).toEqual([400, "source"]);
    expect(await refused(post({ ...about("x"), room: "nowhere" }))).toEqual([404, "no such room"]);
    expect(await refused(post({ ...about("x"), room: "hidden" }))).toEqual([404, "no such room"]);
    expect((await post(about("x"), "key", "wrong")).status).toBe(401);
  });

  it("loses and doubles nothing when the emitter is killed while it works", async () => {
    const texts = Array.from({ length: 60 }, (_, i) => `through death ${i}`);
    let failed = 0;
    let killed = false;
    async function postUntilAnswered(text: string, key: string): Promise<Answer> {
      for (;;) {
        const answer = await post(about(text), key).catch(() => null);
        if (!killed && answer?.status === 201) {
          killed = true;
          process.kill(stack.process("emitter-1").pid, "SIGKILL");
        }
        if (answer !== null && answer.status < 300) return answer;
        failed += 1;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const keys = texts.map(() => randomUUID());
    const answers = await Promise.all(texts.map((text, i) => postUntilAnswered(text, keys[i] ?? "")));
    expect(failed).toBeGreaterThan(0);
    for (const person of [ann, bob])
      await eventually("all of them", () => texts.every((text) => times(person, text) > 0));
    for (const person of [ann, bob])
      expect(texts.map((text) => times(person, text))).toEqual(texts.map(() => 1));
    const offsets = answers.map(({ body }) => body.offset as number).sort((a, b) => a - b);
    expect(new Set(offsets).size).toBe(60);
    const again = await post(about(texts[0] ?? ""), keys[0]);
    expect([again.status, again.body]).toEqual([200, answers[0]?.body]);
  });
});

describe("parley emit", () => {
  const emit = (...args: string[]) =>
    run(process.execPath, [main, "emit", ...args], {
      env: { PATH: process.env.PATH, DATABASE_URL: postgres.url, DATA_DIR: dataDir },
    });

  it("posts a message and prints its receipt", async () => {
    const { stdout } = await emit("--room", "general", "--text", "by hand", "--source", "cron");
    expect(stdout).toMatch(/^\{.*\}\n$/);
    const receipt = JSON.parse(stdout) as Record<string, unknown>;
    await eventually("the message", () => ann.texts("general").includes("by hand"));
    const { id, offset, at } = ann.shown("general").at(-1) ?? {};
    expect(receipt).toEqual({ id, room: "general", offset, at });
    await eventually("it at the other node", () => bob.texts("general").includes("by hand"));
  });

  it("exits 2 on wrong use and 1 on failure, and says why", async () => {
    await expect(emit("--room", "general")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("text") as unknown,
    });
    await expect(emit("--room", "nowhere", "--text", "x")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no such room") as unknown,
    });
  });
});

describe("two emitters", () => {
  it("tell admins of each change once, also when the one that speaks is killed", async () => {
    const base = stack.process("node-1").url;
    const { name, password } = stack.admin;
    const admin = connectAdmin(await enter(base, "/api/session", { name, password }));
    const told: string[] = [];
    admin.on("cluster:event", ({ kind, instanceId }) => void told.push(`${kind} ${instanceId}`));
    await eventually("the admin's connection", () => admin.connected);

    process.kill(stack.process("worker-1").pid, "SIGKILL");
    await eventually("the worker's return", () => told.includes("joined worker-1"), 15_000);
    // Nobody speaks until its lease is over; what happens meanwhile is told then.
    process.kill(stack.process("emitter-1").pid, "SIGKILL");
    process.kill(stack.process("worker-1").pid, "SIGKILL");
    await eventually("the emitter's return", () => told.includes("joined emitter-1"), 20_000);
    const ended = once(second.child, "exit");
    second.child.kill("SIGTERM");
    await ended;
    await eventually("the second's leave", () => told.includes("left emitter-2"), 20_000);
    expect(told.sort()).toEqual([
      "draining emitter-2",
      "joined emitter-1",
      "joined worker-1",
      "joined worker-1",
      "left emitter-2",
      "lost emitter-1",
      "lost worker-1",
      "lost worker-1",
    ]);
    admin.close();
  });
});
