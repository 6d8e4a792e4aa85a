import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../ports.js";
import { startRedis } from "../redis.js";
import type { RunningServer } from "../running-server.js";
import { redisUsers, renderAcl } from "./acl.mjs";

const dataDir = mkdtempSync(join(tmpdir(), "parley-acl-"));
const passwords = Object.fromEntries(redisUsers.map((user) => [user, `secret-of-${user}`]));
let server: RunningServer;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const aclFile = join(dataDir, "users.acl");
  writeFileSync(aclFile, renderAcl(passwords));
  server = await startRedis({ dataDir, port, aclFile });
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true });
});

async function as<T>(user: string, work: (client: ReturnType<typeof open>) => Promise<T>): Promise<T> {
  const client = open(user);
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

function open(user: string) {
  const url = `redis://${user}:${passwords[user]}@127.0.0.1:${port}`;
  return createClient({ url, RESP: 3, disableClientInfo: true, maintNotifications: "disabled" });
}

const sha = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";

describe("the user of the nodes", () => {
  it.each(["/", "/admin"])("subscribes as the adapter does for %s, and publishes there", (namespace) =>
    as("node", async (client) => {
      const got = new Promise<string>((resolve) => {
        void client.pSubscribe(`chat:io#${namespace}#*`, resolve);
      });
      const channels = [`chat:io-request#${namespace}#`, `chat:io-response#${namespace}#`];
      await client.subscribe([...channels, `chat:io-response#${namespace}#abcdef#`], () => undefined);
      await client.subscribe([`chat:io#${namespace}#room:general#`], () => undefined);
      await as("node", async (other) => {
        for (const channel of channels) expect(await other.publish(channel, "{}")).toBe(1);
        await other.publish(`chat:io#${namespace}#room:general#`, "hello");
      });
      expect(await got).toBe("hello");
    }),
  );

  it("listens to the living and to outside services, and counts the living", () =>
    as("node", async (client) => {
      await client.subscribe(
        ["chat:live:some-boot", "chat:ext#/#", "chat:ext#/#room:general#"],
        () => undefined,
      );
      await client.pSubscribe("chat:ext#/#*", () => undefined);
      const asked = as("node", (other) => other.sendCommand(["PUBSUB", "NUMSUB", "chat:live:some-boot"]));
      expect(await asked).toEqual(["chat:live:some-boot", 1]);
    }));

  it("reaches its own keys, by scripts as well", () =>
    as("node", async (client) => {
      await client.set("chat:instances:a", "{}", { PX: 1000 });
      const script = "redis.call('ZADD', KEYS[1], 1, 'a') return redis.call('ZCARD', KEYS[1])";
      expect(await client.eval(script, { keys: ["chat:presence:global:guests"], arguments: [] })).toBe(1);
      await expect(client.eval(script, { keys: ["other"], arguments: [] })).rejects.toThrow(
        /NOPERM|permission/i,
      );
      await expect(client.evalSha(sha, { keys: ["chat:x"], arguments: [] })).rejects.toThrow(/NOSCRIPT/);
    }));

  it.each([
    ["KEYS", "*"],
    ["FLUSHALL"],
    ["CONFIG", "GET", "*"],
    ["SCRIPT", "FLUSH"],
    ["FUNCTION", "LIST"],
    ["MONITOR"],
    ["ACL", "LIST"],
    ["CLIENT", "LIST"],
    ["PUBSUB", "CHANNELS"],
    ["GET", "other"],
    ["SET", "other", "1"],
    ["PUBLISH", "other", "1"],
    ["PUBLISH", "chat:io-request#/other#", "1"],
    ["PSUBSCRIBE", "*"],
    ["PSUBSCRIBE", "chat:*"],
  ])("is refused %s %s %s", (...command) =>
    as("node", (client) => expect(client.sendCommand(command.filter(Boolean))).rejects.toThrow(/NOPERM/)),
  );
});

describe.each(["emitter", "worker"])("the user of the %s", (user) => {
  it("broadcasts, but moves nobody's sockets", () =>
    as(user, async (client) => {
      expect(await client.publish("chat:io#/#room:general#", "hello")).toBe(0);
      await expect(client.publish("chat:io-request#/#", "{}")).rejects.toThrow(/NOPERM/);
    }));
});

describe("the user of outside services", () => {
  it("publishes where they may", () =>
    as("outside", async (client) => {
      expect(await client.publish("chat:ext#/#", "hello")).toBe(0);
      expect(await client.publish("chat:ext#/#room:general#", "hello")).toBe(0);
    }));

  it.each([
    ["PUBLISH", "chat:io#/#", "1"],
    ["PUBLISH", "chat:io-request#/#", "1"],
    ["PUBLISH", "chat:live:x", "1"],
    ["SUBSCRIBE", "chat:ext#/#"],
    ["PSUBSCRIBE", "chat:ext#*"],
    ["GET", "chat:instances:a"],
    ["SET", "chat:instances:a", "1"],
    ["EVAL", "return 1", "0"],
    ["KEYS", "*"],
  ])("is refused %s %s %s", (...command) =>
    as("outside", (client) => expect(client.sendCommand(command.filter(Boolean))).rejects.toThrow(/NOPERM/)),
  );
});

it("lets nobody in without a user", async () => {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } });
  client.on("error", () => undefined);
  await expect(client.connect().then(() => client.ping())).rejects.toThrow(/NOAUTH/);
  client.destroy();
});
