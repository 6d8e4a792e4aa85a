import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterEvent, ClusterHealth } from "../../shared/cluster.js";
import { eventually } from "../support/eventually.js";
import { connect, connectAdmin, type Person } from "../support/person.js";
import { at, enter, guest, request } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

let stack: Stack;
const people: Person[] = [];

beforeAll(async () => {
  stack = await startStack({ LIMIT_MESSAGES: "off", HEARTBEAT_INTERVAL_MS: "1000" });
});
afterAll(async () => {
  people.forEach((person) => person.close());
  await stack.stop();
});

async function person(base: string, name: string): Promise<Person> {
  const connected = await connect(await guest(base, name));
  people.push(connected);
  return connected;
}

const health = async (node: string) => (await request(stack.process(node).url, "GET", "/health")).body;

describe("a killed node", () => {
  it("gives its users back to another within seconds, and the dashboard shows the loss", async () => {
    const session = await enter(stack.url, "/api/session", stack.admin);
    const ann = await person(stack.url, "Ann behind nginx");
    await ann.join("general");
    const home = await eventually("the registry knows Ann's node", async () => {
      const { body } = await session.request("GET", "/api/admin/cluster");
      const { instances } = body as unknown as ClusterHealth;
      return instances.find((instance) => instance.connectedClients > 0);
    });
    const other = stack.process(home.instanceId === "node-1" ? "node-2" : "node-1").url;

    const bob = await person(other, "Bob elsewhere");
    await bob.join("general");
    const admin = connectAdmin(at(other, session));
    const events: ClusterEvent[] = [];
    let last: ClusterHealth | null = null;
    admin.on("cluster:event", (event) => void events.push(event));
    admin.on("cluster:health", (payload) => (last = payload));
    await eventually("the dashboard's first look", () => last);

    const victim = stack.process(home.instanceId);
    process.kill(victim.pid, "SIGKILL");
    await eventually("Ann's connection is gone", () => !ann.socket.connected);
    await bob.say("general", "said while Ann was away");
    await eventually(
      "Ann is back and has it",
      () => ann.texts("general").includes("said while Ann was away"),
      5000,
    );
    await eventually(
      "the loss on the dashboard",
      () => events.find((event) => event.kind === "lost" && event.instanceId === home.instanceId),
      8000,
    );
    await eventually(
      "a new process in cluster.json",
      () => stack.process(home.instanceId).pid !== victim.pid,
    );
    await eventually(
      "the new one on the dashboard",
      () => events.find((event) => event.kind === "joined" && event.instanceId === home.instanceId),
      15_000,
    );
    admin.close();
  });

  it("does not count against its users' limit when they come back", async () => {
    const session = await guest(stack.url, "Many windows");
    const windows = await Promise.all(Array.from({ length: 12 }, () => connect(session)));
    people.push(...windows);
    const home = (await session.request("GET", "/health")).body.instanceId as string;
    process.kill(stack.process(home).pid, "SIGKILL");
    await eventually("they are gone", () => windows.every(({ socket }) => !socket.connected));
    await eventually("all are back", () => windows.every(({ socket }) => socket.connected), 20_000);
  });
});

describe("a full disk", () => {
  it("keeps the runner from telling who runs, and from nothing else", async () => {
    const inTheWay = join(stack.dataDir, "cluster.json.tmp");
    mkdirSync(inTheWay);
    const { pid, url } = stack.process("worker-1");
    process.kill(pid, "SIGKILL");
    await eventually("the runner says so", () => stack.output().includes("cluster.json is not up to date"));
    await eventually(
      "the worker is back",
      async () => (await request(url, "GET", "/health")).status === 200,
      20_000,
    );
    expect(stack.process("worker-1").pid).toBe(pid);
    rmdirSync(inTheWay);
    await eventually("it is told after all", () => stack.process("worker-1").pid !== pid, 15_000);
  });
});

describe("killed Redis", () => {
  it("ends no process; own-node chat goes on, all hear all, and the fast path resumes by itself", async () => {
    const ann = await person(stack.process("node-1").url, "Ann no redis");
    const amy = await person(stack.process("node-1").url, "Amy no redis");
    const bob = await person(stack.process("node-2").url, "Bob no redis");
    for (const each of [ann, amy, bob]) await each.join("random");
    const pids = () =>
      stack
        .processes()
        .filter((process) => process.role !== "redis")
        .map((process) => process.pid);
    const before = pids();

    // Three times in a row, because the runner starts it again at once.
    for (const round of [1, 2, 3]) {
      const { pid } = stack.process("redis");
      process.kill(pid, "SIGKILL");
      await eventually(
        "node-1 is degraded",
        async () => (await health("node-1")).status === "degraded",
        5000,
      );
      expect(await ann.say("random", `to all ${round}`)).toMatchObject({ ok: true });
      await eventually("Amy on the same node", () => amy.texts("random").includes(`to all ${round}`), 1000);
      await eventually("Bob on another node", () => bob.texts("random").includes(`to all ${round}`), 3000);
      await eventually(
        "node-1 and node-2 are well",
        async () => {
          const states = await Promise.all([health("node-1"), health("node-2")]);
          return states.every((state) => state.status === "ok");
        },
        20_000,
      );
    }

    await ann.say("random", "after");
    await eventually("cross-node chat resumed", () => bob.texts("random").includes("after"));
    expect(bob.texts("random")).toEqual(ann.texts("random"));
    expect(pids()).toEqual(before);
    expect(stack.output()).not.toMatch(/unhandled rejection|uncaught exception/);
  });

  it("frozen instead of killed is noticed within 3 s and left within 2 s", async () => {
    const { pid } = stack.process("redis");
    process.kill(pid, "SIGSTOP");
    try {
      await eventually(
        "node-1 is degraded",
        async () => (await health("node-1")).status === "degraded",
        4000,
      );
      const ann = await person(stack.process("node-1").url, "Ann frozen");
      expect(await ann.say("random", "while frozen")).toMatchObject({ ok: true });
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await eventually("node-1 is well", async () => (await health("node-1")).status === "ok", 4000);
  });
});

describe("killed Postgres", () => {
  it("acks nothing until it is back, then every retried message once", async () => {
    const ann = await person(stack.process("node-1").url, "Ann no postgres");
    const bob = await person(stack.process("node-2").url, "Bob no postgres");
    await ann.join("general");
    await bob.join("general");
    process.kill(stack.process("postgres").pid, "SIGKILL");
    const clientId = crypto.randomUUID();
    const answer = await eventually(
      "an ack in the end",
      async () => {
        const tried = await ann.say("general", "through it all", clientId);
        if (!tried.ok) expect(tried.error).toMatchObject({ code: "unavailable", retryable: true });
        return tried.ok ? tried : null;
      },
      30_000,
    );
    expect(answer.ok).toBe(true);
    await eventually("Bob has it", () => bob.texts("general").includes("through it all"));
    expect(bob.texts("general").filter((text) => text === "through it all")).toHaveLength(1);
  });
});
