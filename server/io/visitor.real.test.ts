import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { Server, type Socket as ServerSocket } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { User } from "../../shared/values.js";
import { beginSession, createSessions } from "../accounts/session.js";
import { isSecure } from "../http/client-address.js";
import { createTestDatabase, eventually, type TestDatabase } from "../test/services.js";
import type { ChatServer } from "./types.js";
import { receiveVisitors, visitorOf } from "./visitor.js";
import { shortenWrites } from "./connection.js";

const ann: User = { id: "0199a000-0000-7000-8000-000000000001", name: "Ann", role: "guest" };
let tests: TestDatabase;
let io: ChatServer;
let url: string;
let cookie: string;
const clients: Socket[] = [];

beforeAll(async () => {
  tests = await createTestDatabase("visitor");
  const secrets = ["a-secret-of-forty-characters-for-the-tests"];
  const sessions = createSessions(tests.open(), {
    secrets,
    cookieDomain: null,
    isSecure: (request) => isSecure(request, 1),
  });
  const app = express().set("trust proxy", 1);
  app.get("/enter", sessions, async (request, response) => {
    await beginSession(request, ann);
    response.end();
  });
  const http = createServer(app);
  io = new Server(http);
  shortenWrites(io);
  receiveVisitors(io, sessions, () => "10.0.0.1");
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const entered = await fetch(`${url}/enter`);
  cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await io.close();
  await tests.close();
});

/** A stock client, and its socket here. */
async function come(transports: string[], headers: Record<string, string>) {
  const welcomed = new Promise<ServerSocket>((resolve) => void io.once("connection", resolve as never));
  const client = connect(url, { transports, forceNew: true, extraHeaders: headers });
  clients.push(client);
  return { client, socket: await welcomed };
}

it.each([[["websocket"]], [["polling"]], [["polling", "websocket"]]])(
  "keeps of a handshake who is there, and no cookie: %j",
  async (transports) => {
    const { client, socket } = await come(transports, { cookie });
    if (transports.length > 1)
      await eventually("the upgrade", () => client.io.engine.transport.name === "websocket");
    expect(visitorOf(socket)).toMatchObject({ user: ann, address: "10.0.0.1" });
    expect(visitorOf(socket).sessionId.length).toBeGreaterThan(20);
    // What other nodes are told of a socket is its handshake.
    const [told] = await io.in(socket.id).fetchSockets();
    expect(JSON.stringify(told?.handshake)).not.toContain("parley");
    expect(told?.handshake.headers).toEqual({});
    expect(socket.request).toBeNull();
  },
);

it.each([[["websocket"]], [["polling"]]])(
  "knows who came over TLS, by the guarded cookie alone: %j",
  async (transports) => {
    const tls = { "x-forwarded-proto": "https" };
    const entered = await fetch(`${url}/enter`, { headers: tls });
    const guarded = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(guarded).toMatch(/^__Host-parley=/);
    // Without it browsers refuse a cookie of that name.
    expect(entered.headers.get("set-cookie")).toMatch(/; Secure(;|$)/);
    const { socket } = await come(transports, { cookie: guarded, ...tls });
    expect(visitorOf(socket).user).toEqual(ann);
    const { socket: plain } = await come(transports, { cookie, ...tls });
    expect(visitorOf(plain).user).toBeNull();
  },
);

it("knows a visitor without a session", async () => {
  const { socket } = await come(["websocket"], {});
  expect(visitorOf(socket)).toMatchObject({ user: null, address: "10.0.0.1" });
});

it("does not have the TCP socket of a WebSocket hold its handshake", async () => {
  for (const transports of [["websocket"], ["polling", "websocket"]]) {
    const { socket } = await come(transports, { cookie });
    // Seen from here: the client says so a moment earlier.
    await eventually("a WebSocket", () => socket.conn.transport.name === "websocket");
    const { transport } = socket.conn as unknown as {
      transport: { socket: { _socket: { listeners(event: string): (() => void)[] } } };
    };
    // oxlint-disable-next-line no-underscore-dangle -- ws keeps it to itself
    const listeners = transport.socket._socket.listeners("close").map(String);
    expect(listeners.length).toBeGreaterThan(0);
    expect(listeners.filter((text) => text.includes('this.emit("close")'))).toEqual([]);
  }
});
