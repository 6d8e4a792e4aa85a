import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterEvent } from "../../shared/cluster.js";
import type { PresenceDiff } from "../../shared/presence.js";
import { blockable, openBlocker } from "../support/event-loop.js";
import { eventually } from "../support/eventually.js";
import { connect, connectAdmin, type Person } from "../support/person.js";
import { at, enter, guest, request } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

const blockMs = 3000;
/** On the node that gets blocked. */
const crowd = 30;

let stack: Stack;
const people: Person[] = [];

beforeAll(async () => {
  stack = await startStack({
    ...blockable,
    LIMIT_GUESTS: "off",
    LIMIT_MESSAGES: "off",
    HEARTBEAT_INTERVAL_MS: "1000",
  });
});
afterAll(async () => {
  people.forEach((person) => person.close());
  await stack?.stop();
});

async function personOn(instanceId: string, name: string): Promise<Person> {
  const person = await connect(await guest(stack.process(instanceId).url, name));
  people.push(person);
  await person.join("general");
  return person;
}

describe("F-16 an event loop blocked for 3 s", () => {
  it("delays its own people alone: nobody seems offline, nobody is thrown out, its health fails", async () => {
    const blocker = await openBlocker(stack, "node-1");
    const own = await Promise.all(Array.from({ length: crowd }, (_, i) => personOn("node-1", `Own ${i}`)));
    const bob = await personOn("node-2", "Bob");
    const cleo = await personOn("node-3", "Cleo");
    const [first] = own;
    if (!first) throw new Error("nobody");

    let disconnects = 0;
    for (const { socket } of own) socket.on("disconnect", () => void (disconnects += 1));
    let guests = 0;
    bob.socket.on("presence:diff", (diff) => void (guests = diff.counts.guests));
    await eventually("everybody is seen", () => guests >= crowd + 2);
    const left: PresenceDiff[] = [];
    const events: ClusterEvent[] = [];
    const degraded: boolean[] = [];
    for (const { socket } of [bob, cleo, ...own]) {
      socket.on("presence:diff", (diff) => void (diff.left.length > 0 && left.push(diff)));
      socket.on("cluster:state", (state) => void degraded.push(state.degraded));
    }
    const admin = await enter(stack.process("node-2").url, "/api/session", stack.admin);
    const dashboard = connectAdmin(at(stack.process("node-2").url, admin));
    dashboard.on("cluster:event", (event) => void events.push(event));
    await new Promise((resolve) => dashboard.once("cluster:health", resolve));

    const blockedAt = performance.now();
    const over = new AbortController();
    const block = await blocker.block(blockMs);
    const blocked = block.over.then(() => over.abort());
    const health = request(stack.process("node-1").url, "GET", "/health");
    const fromBlocked = first.say("general", "from the blocked node");
    const delays: number[] = [];
    for (let i = 0; !over.signal.aborted; i += 1) {
      const saidAt = performance.now();
      expect(await bob.say("general", `meanwhile ${i}`)).toMatchObject({ ok: true });
      await eventually("the other nodes go on", () => cleo.texts("general").includes(`meanwhile ${i}`), 2000);
      delays.push(Math.round(performance.now() - saidAt));
    }
    await blocked;
    expect(performance.now() - blockedAt).toBeGreaterThanOrEqual(blockMs);
    // More than one message was exchanged while it was blocked.
    expect(delays.length).toBeGreaterThan(3);

    expect(await health).toMatchObject({ status: 503, body: { instanceId: "node-1" } });
    expect(await fromBlocked).toMatchObject({ ok: true });
    const texts = cleo.texts("general");
    await eventually(
      "its people have it all",
      () => own.every((person) => texts.every((text) => person.texts("general").includes(text))),
      3000,
    );
    await eventually("its health is well again", async () => {
      const { body } = await request(stack.process("node-1").url, "GET", "/health");
      return body.status === "ok";
    });
    // Longer than a silent instance takes to be missed, and than a client waits for a ping that was due meanwhile.
    await eventually("15 s are over", () => performance.now() - blockedAt > 15_000, 20_000);
    expect(disconnects).toBeLessThanOrEqual(crowd / 10);
    expect(left).toEqual([]);
    expect(guests).toBe(crowd + 2);
    expect(events.filter(({ kind }) => kind === "lost")).toEqual([]);
    expect(degraded).toEqual([]);
    console.log({ exchanged: delays.length, slowest: Math.max(...delays), disconnects });
    dashboard.close();
    blocker.close();
  });
});
