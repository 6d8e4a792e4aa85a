import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PresenceCounts } from "../../shared/presence.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { at, enter, guest, type Session } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

let stack: Stack;
let admin: Session;
const people: Person[] = [];

beforeAll(async () => {
  stack = await startStack({ LIMIT_MESSAGES: "off", LIMIT_GUESTS: "off", LIMIT_CONNECTIONS_PER_USER: "3" });
  admin = await enter(stack.url, "/api/session", stack.admin);
});
afterAll(async () => {
  people.forEach((person) => person.close());
  await stack.stop();
});

async function personOn(node: string, session: Session): Promise<Person> {
  const person = await connect(at(stack.process(node).url, session));
  people.push(person);
  return person;
}

/** Follows what a person is told of the whole cluster and of one room. */
function watch(person: Person, room: string) {
  const counts: PresenceCounts = { guests: 0, members: 0, admins: 0 };
  const seen = { counts, names: new Set<string>() };
  person.socket.on("presence:diff", ({ room: of, counts, joined, left }) => {
    if (of === undefined) seen.counts = counts;
    else if (of === room) {
      for (const { name } of joined) seen.names.add(name);
      for (const { name } of left) seen.names.delete(name);
    }
  });
  return seen;
}

describe("presence", () => {
  it("is exact within 3 s of a node's death, and a user on another node too stays", async () => {
    const watcher = await personOn("node-1", await guest(stack.url, "Watcher"));
    const seen = watch(watcher, "general");
    await watcher.join("general");
    const both = await guest(stack.url, "On both");
    const staying = await personOn("node-1", both);
    const dying = [
      await personOn("node-2", both),
      await personOn("node-2", await guest(stack.url, "Gone one")),
      await personOn("node-2", await guest(stack.url, "Gone two")),
    ];
    for (const person of [staying, ...dying]) await person.join("general");
    await eventually("all are seen", () => seen.names.size >= 3 && seen.counts.guests === 4);
    dying.forEach(({ socket }) => socket.io.reconnection(false));
    process.kill(stack.process("node-2").pid, "SIGKILL");
    await eventually("the dead node's users are gone", () => seen.counts.guests === 2, 3000);
    await eventually("from the room as well", () => !seen.names.has("Gone one"), 3000);
    expect(seen.names.has("On both")).toBe(true);
    await eventually("node-2 is back", async () => {
      const { body } = await admin.request("GET", "/api/admin/cluster");
      return (body.instances as { instanceId: string }[]).some(({ instanceId }) => instanceId === "node-2");
    });
    people.splice(0).forEach((person) => person.close());
  });
});

describe("another role", () => {
  it("shows in the counts and in the room at once, on every node, and no longer as the old one", async () => {
    const watcher = await personOn("node-1", await guest(stack.url, "Watcher"));
    const body = { name: "Nia", password: "correct horse battery" };
    const nia = await enter(stack.url, "/api/users", body);
    // On two nodes, so that either alone would keep the old role alive.
    for (const node of ["node-2", "node-2", "node-3"]) await (await personOn(node, nia)).join("general");
    const roles: string[] = [];
    let counts: PresenceCounts | undefined;
    watcher.socket.on("presence:diff", (diff) => {
      if (diff.room === undefined) counts = diff.counts;
      else roles.push(...diff.joined.filter(({ id }) => id === nia.user.id).map(({ role }) => role));
    });
    const join = await watcher.join("general");
    await eventually(
      "Nia is in the room",
      () => roles.includes("member") || join.presence.users.some(({ id }) => id === nia.user.id),
    );
    for (const [role, expected] of [
      ["admin", { members: 0, admins: 1 }],
      ["member", { members: 1, admins: 0 }],
    ] as const) {
      const answer = await admin.request("PUT", `/api/admin/users/${nia.user.id}/role`, { role });
      expect(answer.status).toBe(204);
      await eventually(
        `the other node's people see her as ${role}`,
        () =>
          roles.at(-1) === role && counts?.members === expected.members && counts.admins === expected.admins,
        3000,
      );
    }
    people.splice(0).forEach((person) => person.close());
  });
});

describe("connections", () => {
  it("of one user are counted over all nodes", async () => {
    const session = await guest(stack.url, "Many tabs");
    const nodes = ["node-1", "node-2", "node-3"];
    for (const node of nodes) await personOn(node, session);
    await expect(personOn("node-1", session)).rejects.toThrow("rate_limited");
    people.at(-1)?.close();
    await eventually("a place is free again", () =>
      personOn("node-2", session).then(
        () => true,
        () => false,
      ),
    );
  });
});

const inner = { id: "inner-circle", title: "Inner circle", visibility: "private" };

describe("a session that ends", () => {
  it("takes its sockets with it on every node, and leaves the user's other sessions", async () => {
    const body = { name: "Mia", password: "correct horse battery" };
    const one = await enter(stack.url, "/api/users", body);
    const other = await enter(stack.url, "/api/session", body);
    const ends = [await personOn("node-1", one), await personOn("node-2", one)];
    const stays = await personOn("node-3", other);
    const reasons: string[] = [];
    for (const { socket } of ends) {
      socket.io.reconnection(false);
      socket.on("session:ended", ({ reason }) => void reasons.push(reason));
    }
    expect((await one.request("DELETE", "/api/session")).status).toBe(204);
    await eventually("both sockets ended", () => ends.every(({ socket }) => !socket.connected), 2000);
    expect(reasons).toHaveLength(2);
    expect(stays.socket.connected).toBe(true);
    expect((await stays.say("general", "still here")).ok).toBe(true);
  });

  it("ends within 6 s when the news of it is lost", async () => {
    const session = await guest(stack.url, "Cut off");
    const lost = await personOn("node-2", session);
    lost.socket.io.reconnection(false);
    const { pid } = stack.process("redis");
    process.kill(pid, "SIGSTOP");
    try {
      const path = `/api/admin/users/${session.user.id}/ban`;
      const banned = await at(stack.process("node-1").url, admin).request("PUT", path, { reason: "spam" });
      expect(banned.status).toBe(204);
      await eventually("his socket on the other node ended", () => !lost.socket.connected, 6500);
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });

  it("does not end with another role: the next action has it, and who was admin comes back", async () => {
    const body = { name: "Rolf", password: "correct horse battery" };
    const session = await enter(stack.url, "/api/users", body);
    const role = (to: string) =>
      admin.request("PUT", `/api/admin/users/${session.user.id}/role`, { role: to });
    expect((await role("admin")).status).toBe(204);
    expect((await session.request("GET", "/api/admin/cluster")).status).toBe(200);
    const rolf = await personOn("node-2", session);
    expect((await admin.request("POST", "/api/rooms", inner)).status).toBe(201);
    await rolf.join(inner.id);
    let cuts = 0;
    rolf.socket.on("disconnect", () => void (cuts += 1));
    expect((await role("member")).status).toBe(204);
    expect((await session.request("GET", "/api/admin/cluster")).status).toBe(403);
    await eventually("he is back", () => cuts === 1 && rolf.socket.connected, 5000);
    // In the rooms that are his, and no longer in one that he saw as an admin.
    await expect(rolf.join(inner.id)).rejects.toThrow("not_found");
    await rolf.join("general");
    expect(
      (await admin.request("PUT", `/api/admin/users/${admin.user.id}/role`, { role: "member" })).body,
    ).toMatchObject({ error: { code: "conflict" } });
  });
});

describe("an admin", () => {
  it("drains an instance: its clients move, it leaves in good order and comes back", async () => {
    const ann = await personOn("node-3", await guest(stack.url, "Drained"));
    await ann.join("general");
    const before = stack.process("node-3").pid;
    const told: number[] = [];
    ann.socket.on("server:draining", ({ reconnectInMs }) => void told.push(reconnectInMs));
    const at1 = at(stack.process("node-1").url, admin);
    expect((await at1.request("POST", "/api/admin/instances/nobody/drain")).status).toBe(404);
    expect((await at1.request("POST", "/api/admin/instances/node-3/drain")).status).toBe(202);
    await eventually("she was told", () => told.length === 1);
    await eventually("a new process", () => stack.process("node-3").pid !== before, 20_000);
    await eventually("she is back", () => ann.socket.connected);
    expect((await ann.say("general", "back")).ok).toBe(true);
  });
});
