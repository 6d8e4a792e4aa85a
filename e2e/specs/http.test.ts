import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { io, type Socket } from "socket.io-client";
import { eventually } from "../support/eventually.js";
import { connect, socketOptions, type Person } from "../support/person.js";
import { at, enter, guest, request } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

const metricsKey = "metrics-key-0123456789-abcdefghijklmnop";
const emitterKey = "emitter-key-0123456789-abcdefghijklmnop";
let stack: Stack;
let node: string;

beforeAll(async () => {
  stack = await startStack({
    METRICS_API_KEY: metricsKey,
    EMITTER_API_KEY: emitterKey,
    LIMIT_LOGINS: "30/1",
    NODES: "2",
  });
  node = stack.process("node-1").url;
});
afterAll(() => stack.stop());

/** Resolves when a socket was let in, or with the reason why not. */
const outcomeOf = (socket: Socket) =>
  new Promise<string>((resolve) => {
    socket.on("connect", () => resolve("connected"));
    socket.on("connect_error", (error) => resolve(error.message));
  });

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe("sessions", () => {
  it("begin by registering, log out, and come back by logging in on another node", async () => {
    const dora = await enter(stack.url, "/api/users", { name: "Dora", password: "a good password" });
    expect(dora.user).toMatchObject({ name: "Dora", role: "member" });
    expect((await dora.request("GET", "/api/session")).body).toEqual({ user: dora.user });
    expect((await dora.request("DELETE", "/api/session")).status).toBe(204);
    expect((await dora.request("GET", "/api/session")).status).toBe(401);
    const again = await enter(stack.process("node-2").url, "/api/session", {
      name: "dora",
      password: "a good password",
    });
    expect(again.user).toEqual(dora.user);
  });

  it("are refused for wrong credentials without telling which part was wrong", async () => {
    const unknown = await request(node, "POST", "/api/session", {
      name: "Nobody",
      password: "a good password",
    });
    const wrong = await request(node, "POST", "/api/session", {
      name: stack.admin.name,
      password: "a bad password!",
    });
    expect(unknown.status).toBe(401);
    expect(wrong.status).toBe(401);
    expect(unknown.body).toEqual(wrong.body);
  });
});

describe("over TLS", () => {
  it("a session's cookie is guarded, and opens the chat on both transports", async () => {
    const tls = { "x-forwarded-proto": "https", origin: node.replace("http", "https") };
    const entered = await request(node, "POST", "/api/session/guest", { name: "Tess" }, tls);
    const cookie = (entered.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect(entered.headers.get("set-cookie")).toMatch(/^__Host-parley=.*; Secure(;|$)/);
    for (const transport of ["websocket", "polling"]) {
      const extraHeaders = { ...tls, cookie };
      const socket = io(node, { transports: [transport], reconnection: false, forceNew: true, extraHeaders });
      const outcome = await outcomeOf(socket);
      socket.close();
      expect({ transport, outcome }).toEqual({ transport, outcome: "connected" });
    }
  });
});

describe("bad requests", () => {
  it("get a clear error in the contract's form", async () => {
    const cases: [string, string, unknown, Record<string, string>, number, string][] = [
      ["POST", "/api/session/guest", { name: "" }, {}, 400, "invalid"],
      ["POST", "/api/session/guest", { name: "x", extra: 1 }, {}, 400, "invalid"],
      ["POST", "/api/session/guest", "{", {}, 400, "invalid"],
      [
        "POST",
        "/api/session/guest",
        "name=x",
        { "content-type": "text/plain" },
        415,
        "unsupported_media_type",
      ],
      ["POST", "/api/users", { name: "Eve", password: "short" }, {}, 400, "invalid"],
      ["POST", "/api/session/guest", { name: "x".repeat(70_000) }, {}, 413, "invalid"],
      ["GET", "/api/nothing", undefined, {}, 404, "not_found"],
      ["GET", "/api/rooms", undefined, {}, 401, "unauthenticated"],
      ["GET", "/.env", undefined, {}, 404, "not_found"],
      ["GET", "/assets/none.js", undefined, {}, 404, "not_found"],
    ];
    for (const [method, path, body, headers, status, code] of cases) {
      const answer = await request(stack.url, method, path, body, headers);
      expect({ path, status: answer.status }).toEqual({ path, status });
      expect(answer.body).toMatchObject({ error: { code, retryable: false } });
    }
  });

  it("of another origin are refused when they carry a session, over HTTP and on both transports", async () => {
    const session = await guest(stack.url, "Victim");
    const evil = { origin: "https://evil.example" };
    expect((await session.request("DELETE", "/api/session", undefined, evil)).status).toBe(403);
    const poll = await session.request("GET", "/socket.io/?EIO=4&transport=polling", undefined, evil);
    expect(poll.status).toBe(403);
    expect(poll.body).toMatchObject({ error: { code: "forbidden" } });
    const options = socketOptions(session, ["websocket"]);
    const socket = io(stack.url, {
      ...options,
      extraHeaders: { cookie: session.cookie, ...evil },
      reconnection: false,
    });
    const refused = await new Promise<string>((resolve) => {
      socket.on("connect", () => resolve("connected"));
      socket.on("connect_error", (error: Error & { description?: { message?: string } }) =>
        resolve(error.description?.message ?? error.message),
      );
    });
    socket.close();
    expect(refused).toContain("403");
    expect((await session.request("GET", "/api/session")).status).toBe(200);
  });

  it("of a page whose browser has another user's session by now are refused", async () => {
    const [ann, bob] = [await guest(stack.url, "Ann before"), await guest(stack.url, "Bob now")];
    for (const [auth, expected] of [
      [{ user: ann.user.id }, "unauthenticated"],
      [{ user: bob.user.id }, "connected"],
    ] as const) {
      const socket = io(stack.url, { ...socketOptions(bob, ["websocket"]), reconnection: false, auth });
      const outcome = await outcomeOf(socket);
      socket.close();
      expect(outcome).toBe(expected);
    }
  });

  it("without a session are no chat", async () => {
    const socket = io(stack.url, { transports: ["websocket"], reconnection: false, forceNew: true });
    expect(await outcomeOf(socket)).toBe("unauthenticated");
    socket.close();
  });
});

describe("rooms", () => {
  it("private ones do not exist for those outside", async () => {
    const owner = await enter(stack.url, "/api/users", { name: "Olga", password: "a good password" });
    const other = await guest(stack.url, "Otto");
    const room = { id: "secret", title: "Secret", visibility: "private" };
    expect((await owner.request("POST", "/api/rooms", room)).status).toBe(201);
    expect((await owner.request("POST", "/api/rooms", room)).body).toMatchObject({
      error: { code: "conflict" },
    });
    expect((await other.request("POST", "/api/rooms", { ...room, id: "mine" })).status).toBe(403);
    const absent = await other.request("GET", "/api/rooms/absent/events");
    const hidden = await other.request("GET", "/api/rooms/secret/events");
    expect(hidden).toMatchObject({ status: 404, body: absent.body });
    const socket = await connect(other);
    expect(await socket.command("room:join", { room: "secret" })).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
    expect(await socket.say("secret", "hello?")).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect((await owner.request("PUT", `/api/rooms/secret/members/${other.user.id}`)).status).toBe(204);
    expect(await socket.command("room:join", { room: "secret" })).toMatchObject({ ok: true });
    socket.close();
  });

  it("tell a removed member nothing more, on any node", async () => {
    const owner = await enter(stack.url, "/api/users", { name: "Oda", password: "a good password" });
    await owner.request("POST", "/api/rooms", { id: "inner", title: "Inner", visibility: "private" });
    const outsiders = await Promise.all(
      ["node-1", "node-2"].map(async (id) => connect(await guest(stack.process(id).url, `Removed ${id}`))),
    );
    const insider = await connect(at(node, owner));
    await insider.join("inner");
    const memberPath = (person: Person) => `/api/rooms/inner/members/${person.session.user.id}`;
    for (const outsider of outsiders) {
      await owner.request("PUT", memberPath(outsider));
      await outsider.join("inner");
      await outsider.join("general");
    }
    await insider.say("inner", "for members");
    for (const outsider of outsiders) {
      await eventually("the member reads it", () => outsider.texts("inner").includes("for members"));
      expect((await insider.session.request("DELETE", memberPath(outsider))).status).toBe(204);
    }
    // Both leave node-1 by one connection to Redis, the order to leave before the messages.
    await insider.say("inner", "not for them");
    await insider.say("general", "second marker");
    for (const outsider of outsiders) {
      await eventually("the second marker", () => outsider.texts("general").includes("second marker"));
      expect(outsider.texts("inner")).toEqual(["for members"]);
      outsider.close();
    }
    insider.close();
  });
});

describe("metrics", () => {
  it("are there for the key and for admins only, and never through nginx", async () => {
    const admin = await enter(node, "/api/session", stack.admin);
    const member = await guest(node, "Mia");
    expect((await request(node, "GET", "/metrics")).status).toBe(401);
    expect((await request(node, "GET", "/metrics", undefined, bearer(metricsKey.slice(0, -1)))).status).toBe(
      401,
    );
    expect((await request(node, "GET", `/metrics?key=${metricsKey}`)).status).toBe(401);
    expect((await member.request("GET", "/metrics")).status).toBe(403);
    const json = (await admin.request("GET", "/metrics")).body;
    expect(json).toMatchObject({
      instanceId: "node-1",
      distributedMode: true,
      pubsub: { isDegraded: false, publishFailures: 0 },
      chat: { connectedClients: expect.any(Number) as number },
      cluster: { activeInstances: 4 },
    });
    const text = await request(node, "GET", "/metrics", undefined, {
      ...bearer(metricsKey),
      accept: "text/plain",
    });
    expect(text.body.text).toContain("chat_messages_appended_total");
    for (const path of ["/metrics", "/metrics/", "/METRICS", "//metrics"])
      expect((await request(stack.url, "GET", path, undefined, bearer(metricsKey))).status).toBe(404);
  });
});

describe("the emitter", () => {
  it("shows announcements on every chat page, for its key only", async () => {
    const emitter = stack.process("emitter-1").url;
    const pages = await Promise.all(
      ["node-1", "node-2"].map(async (id) => connect(await guest(stack.process(id).url, `Page ${id}`))),
    );
    const heard = pages.map(
      (page) =>
        new Promise<string>((resolve) => page.socket.on("announcement:created", ({ text }) => resolve(text))),
    );
    const body = { text: "Maintenance at noon", level: "warning" };
    expect((await request(emitter, "POST", "/v1/announcements", body)).status).toBe(401);
    // Nor is anything of it read.
    expect((await request(emitter, "POST", "/v1/messages", "no JSON")).status).toBe(401);
    expect(
      (await request(emitter, "POST", "/v1/messages", "x", { "content-type": "text/plain" })).status,
    ).toBe(401);
    expect(
      (await request(emitter, "POST", "/v1/announcements", { text: "x", level: "loud" }, bearer(emitterKey)))
        .status,
    ).toBe(400);
    expect((await request(emitter, "POST", "/v1/announcements", body, bearer(emitterKey))).status).toBe(201);
    expect(await Promise.all(heard)).toEqual(["Maintenance at noon", "Maintenance at noon"]);
    pages.forEach((page) => page.close());
  });
});

// Last, because it leaves this address without logins for a while.
describe("limits", () => {
  it("let in as many sockets of a user as are allowed, though all come at one moment to several nodes", async () => {
    const session = await guest(node, "Many");
    const sockets = Array.from({ length: 30 }, (_, i) => {
      const base = stack.process(`node-${(i % 2) + 1}`).url;
      return io(base, { ...socketOptions(at(base, session), ["websocket"]), reconnection: false });
    });
    const outcomes = await Promise.all(sockets.map(outcomeOf));
    expect(outcomes.filter((outcome) => outcome === "connected")).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome === "rate_limited")).toHaveLength(10);
    sockets.forEach((socket) => socket.close());
  });

  it("limit logins by account and address across the nodes", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 40; i += 1) {
      const base = stack.process(`node-${(i % 2) + 1}`).url;
      const answer = await request(base, "POST", "/api/session", {
        name: "Somebody",
        password: "wrong password",
      });
      statuses.push(answer.status);
    }
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
    const limited = await request(node, "POST", "/api/session", {
      name: "Somebody",
      password: "wrong password",
    });
    expect(limited.body).toMatchObject({ error: { code: "rate_limited", retryable: true } });
  });
});
