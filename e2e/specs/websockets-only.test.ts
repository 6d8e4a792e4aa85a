import { afterAll, beforeAll, expect, it } from "vitest";
import { replaced } from "../faults/world.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { openRelay, type Relay } from "../support/relay.js";
import { guest } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

// Nobody polls, so no request ends that could tell nginx that a node is back.

let stack: Stack;
const people: Person[] = [];
const relays: Relay[] = [];
let refusals = 0;

beforeAll(async () => {
  stack = await startStack({ LIMIT_GUESTS: "off" });
  for (let network = 1; network <= 30; network += 1) {
    const relay = await openRelay(stack.url, `127.${network}.${network}.1`);
    relays.push(relay);
    const person = await connect(await guest(relay.url, `Network ${network}`), ["websocket"]);
    person.socket.io.on("reconnect_error", () => void (refusals += 1));
    people.push(person);
  }
});
afterAll(async () => {
  for (const { close } of [...people, ...relays]) close();
  await stack?.stop();
});

it("nginx refuses nobody while its nodes are restarted one after the other", async () => {
  for (const name of ["node-1", "node-2", "node-3", "node-1"]) {
    const { pid } = stack.process(name);
    process.kill(pid, "SIGTERM");
    await replaced(stack, name, pid);
    await eventually("everybody is back", () => people.every(({ socket }) => socket.connected), 20_000);
  }
  expect(refusals).toBe(0);
});
