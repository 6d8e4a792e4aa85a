import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { replaced } from "../faults/world.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { openRelay, relayTo, type Relay } from "../support/relay.js";
import { guest, request } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

const perAddress = 3;
let stack: Stack;
let first: Relay;
let ann: Person;
let ben: Person;
const closing: (() => void)[] = [];

async function enter(relay: Relay, name: string, transport: string): Promise<Person> {
  const person = await connect(await guest(relay.url, name), [transport]);
  closing.push(person.close);
  return person;
}

beforeAll(async () => {
  stack = await startStack({
    UNIX_SOCKETS: "true",
    NODES: "2",
    LIMIT_CONNECTIONS_PER_IP: String(perAddress),
  });
  const [one, two] = [await relayTo(stack.url, "node-1"), await relayTo(stack.url, "node-2")];
  first = one;
  closing.push(one.close, two.close);
  ann = await enter(one, "Ann", "websocket");
  ben = await enter(two, "Ben", "polling");
  for (const person of [ann, ben]) await person.join("general");
});
afterAll(async () => {
  for (const close of closing.toReversed()) close();
  await stack?.stop();
});

async function talk(word: string): Promise<void> {
  const people = [ann, ben];
  for (const { socket } of people) await eventually("both are connected", () => socket.connected, 20_000);
  for (const [i, person] of people.entries())
    expect(await person.say("general", `${word} ${i}`)).toMatchObject({ ok: true });
  const both = [`${word} 0`, `${word} 1`];
  await eventually(`both read ${word}`, () =>
    people.every(({ texts }) => both.every((text) => texts("general").includes(text))),
  );
}

const socketFile = () => lstatSync(join(stack.dataDir, "nginx/node-1.sock"));

/** Ends the first node; resolves when nginx reaches its successor at a socket of its own. */
async function endFirst(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const { pid } = stack.process("node-1");
  const before = socketFile().birthtimeMs;
  process.kill(pid, signal);
  await replaced(stack, "node-1", pid);
  expect(socketFile().isSocket()).toBe(true);
  expect(socketFile().birthtimeMs).toBeGreaterThan(before);
  const reached = async () => (await request(first.url, "GET", "/health")).body.instanceId;
  await eventually("nginx reaches node-1", async () => (await reached()) === "node-1");
}

it("nginx names no ports of nodes", () => {
  for (const [file, rest] of [
    ["nodes.conf", "max_fails=2 fail_timeout=1s;"],
    ["sockets.conf", "max_fails=0;"],
  ] as const)
    expect(
      readFileSync(join(stack.dataDir, "nginx", file), "utf8")
        .trim()
        .split("\n"),
    ).toEqual([`server unix:node-1.sock ${rest}`, `server unix:node-2.sock ${rest}`]);
});

it("people of two nodes talk, one on a WebSocket and one by polling", () => talk("hello"));

it("the nodes know each client's address", async () => {
  const [crowded, other] = [
    await openRelay(stack.url, "127.251.1.1"),
    await openRelay(stack.url, "127.252.1.1"),
  ];
  closing.push(crowded.close, other.close);
  for (let i = 0; i < perAddress; i += 1) await enter(crowded, `Crowd ${i}`, "websocket");
  const oneMore = ({ url }: Relay) => request(url, "GET", "/socket.io/?EIO=4&transport=polling");
  expect(await oneMore(crowded)).toMatchObject({ status: 429, body: { error: { code: "rate_limited" } } });
  expect((await oneMore(other)).status).toBe(200);
});

it("a restarted node makes its socket anew, and people go on", async () => {
  await endFirst("SIGTERM");
  await talk("after a restart");
});

it("what a killed node leaves does not stop its successor", async () => {
  await endFirst("SIGKILL");
  await talk("after a kill");
});
