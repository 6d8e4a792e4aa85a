import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foldRoom } from "../../shared/room-state.js";
import type { User } from "../../shared/values.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { at, enter, guest, type Session } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

let stack: Stack;
let admin: Session;
const people: Person[] = [];

beforeAll(async () => {
  stack = await startStack({ NODES: "2", LIMIT_MESSAGES: "off", LIMIT_COMMANDS: "off", LIMIT_LOGINS: "off" });
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
const guestOn = async (node: string, name: string) => personOn(node, await guest(stack.url, name));
const member = async (name: string) =>
  enter(stack.url, "/api/users", { name, password: "correct horse battery" });

async function say(person: Person, room: string, text: string): Promise<string> {
  const answer = await person.say(room, text);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.data.id;
}

const states = (person: Person, room: string) =>
  foldRoom(person.shown(room)).flatMap((entry) =>
    entry.kind === "message"
      ? [
          {
            text: entry.text,
            edited: entry.editedAt !== null,
            deleted: entry.deleted,
            reactions: entry.reactions.map(({ emoji, users }) => `${emoji} ${users.length}`),
          },
        ]
      : [],
  );

describe("what is done to messages", () => {
  it("is the same for those who were there, on every node, and for those who come later", async () => {
    const ann = await guestOn("node-1", "Ann");
    const bob = await guestOn("node-2", "Bob");
    const room = "general";
    for (const person of [ann, bob]) await person.join(room);
    const [first, second, third] = [
      await say(ann, room, "first"),
      await say(bob, room, "second"),
      await say(ann, room, "secret"),
    ];
    const act = { room, clientId: randomUUID() };
    const edited = await bob.command("message:edit", { ...act, target: second, text: "second" });
    expect(edited).toMatchObject({ ok: true, data: { offset: 4 } });
    expect(await bob.command("message:edit", { ...act, target: second, text: "second" })).toEqual(edited);
    const removed = await ann.command("message:delete", { room, clientId: randomUUID(), target: third });
    expect(removed).toMatchObject({ ok: true, data: { offset: 5 } });
    for (const [person, on] of [
      [ann, true],
      [bob, true],
      [ann, false],
    ] as const) {
      const clientId = randomUUID();
      const answer = await person.command("reaction:set", { room, clientId, target: first, emoji: "👍", on });
      expect(answer.ok).toBe(true);
    }
    const expected = [
      { text: "first", edited: false, deleted: false, reactions: ["👍 1"] },
      { text: "second", edited: true, deleted: false, reactions: [] },
      { text: "", edited: false, deleted: true, reactions: [] },
    ];
    for (const person of [ann, bob])
      await eventually("all eight events", () => person.shown(room).at(-1)?.offset === 8);
    expect(states(ann, room)).toEqual(expected);
    expect(states(bob, room)).toEqual(expected);
    const late = await guestOn("node-2", "Late");
    const joined = await late.join(room);
    expect(states(late, room)).toEqual(expected);
    expect(JSON.stringify(joined)).not.toContain("secret");
    const { body } = await late.session.request("GET", `/api/rooms/${room}/events?after=0`);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(body).toMatchObject({ head: 8, events: joined.events });
  });

  it("is refused to others, with the field named when it is wrong", async () => {
    const ann = await guestOn("node-1", "Ann wrong");
    const bob = await guestOn("node-2", "Bob wrong");
    const room = "general";
    const target = await say(ann, room, "Ann's own");
    const act = () => ({ room, clientId: randomUUID(), target });
    expect(await bob.command("message:edit", { ...act(), text: "x" })).toMatchObject({
      error: { code: "forbidden" },
    });
    expect(await bob.command("message:delete", act())).toMatchObject({ error: { code: "forbidden" } });
    expect(await ann.command("message:delete", { ...act(), room: "random" })).toMatchObject({
      error: { code: "not_found" },
    });
    for (const [name, input, field] of [
      ["message:edit", { ...act(), text: " " }, "text"],
      ["message:edit", act(), "text"],
      ["message:edit", { ...act(), target: "1", text: "x" }, "target"],
      ["message:delete", { ...act(), text: "x" }, "text"],
      ["reaction:set", { ...act(), emoji: "ab", on: true }, "emoji"],
      ["reaction:set", { ...act(), emoji: "👍" }, "on"],
      ["read:set", { room, offset: -1 }, "offset"],
    ] as const) {
      const answer = await ann.command(name, input);
      expect(answer).toMatchObject({ ok: false, error: { code: "invalid" } });
      expect(answer.ok ? "" : answer.error.message).toContain(field);
    }
  });
});

describe("rooms", () => {
  it("tell of their members and titles; who is taken out reads nothing more", async () => {
    const owner = await member("Olga");
    const friend = await member("Fred");
    const room = "secret-garden";
    const made = await owner.request("POST", "/api/rooms", {
      id: room,
      title: "Garden",
      visibility: "private",
    });
    expect(made).toMatchObject({ status: 201, body: { room: { head: 1, role: "owner", topic: "" } } });
    const fred = await personOn("node-2", friend);
    expect(await fred.command("room:join", { room })).toMatchObject({ error: { code: "not_found" } });
    await owner.request("PUT", `/api/rooms/${room}/members/${friend.user.id}`);
    await fred.join(room);
    const olga = await personOn("node-1", owner);
    await olga.join(room);
    await say(olga, room, "welcome");
    const topic = await owner.request("PATCH", `/api/rooms/${room}`, { topic: "Roses" });
    expect(topic).toMatchObject({ status: 200, body: { room: { topic: "Roses" } } });
    await eventually("Fred reads the topic", () => fred.shown(room).length === 4);
    expect(fred.shown(room)).toMatchObject([
      { kind: "room", change: "created", value: "Garden" },
      { kind: "member", change: "join", user: { name: "Fred" }, sender: { name: "Olga" } },
      { kind: "message", text: "welcome" },
      { kind: "room", change: "topic", value: "Roses" },
    ]);
    await owner.request("DELETE", `/api/rooms/${room}/members/${friend.user.id}`);
    await say(olga, room, "without Fred");
    await say(olga, "general", "a sign");
    await fred.join("general");
    await eventually("Fred hears elsewhere", () => fred.texts("general").includes("a sign"));
    expect(fred.texts(room)).toEqual(["welcome"]);
    expect(await fred.command("events:read", { room, after: 0 })).toMatchObject({
      error: { code: "not_found" },
    });
    expect((await fred.say(room, "let me in")).ok).toBe(false);
  });

  it("give nothing to who was taken out, also on a node that hears of it by its own look only", async () => {
    const owner = await member("Otto");
    const friend = await member("Finn");
    const room = "cut-off";
    await owner.request("POST", "/api/rooms", { id: room, title: "Cut off", visibility: "private" });
    await owner.request("PUT", `/api/rooms/${room}/members/${friend.user.id}`);
    const finn = await personOn("node-2", friend);
    const otto = await personOn("node-1", owner);
    for (const person of [finn, otto]) await person.join(room);
    const { pid } = stack.process("redis");
    process.kill(pid, "SIGSTOP");
    try {
      const at1 = at(stack.process("node-1").url, owner);
      expect((await at1.request("DELETE", `/api/rooms/${room}/members/${friend.user.id}`)).status).toBe(204);
      await say(otto, room, "not for Finn");
      await eventually("Finn reads that he was taken out", () =>
        finn.shown(room).some((event) => event.kind === "member" && event.change === "kick"),
      );
      await say(otto, room, "nor this");
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await finn.join("general");
    await say(otto, "general", "Redis is back");
    await eventually("Finn hears elsewhere", () => finn.texts("general").includes("Redis is back"));
    expect(finn.texts(room)).toEqual([]);
    expect(otto.texts(room)).toEqual(["not for Finn", "nor this"]);
  });

  it("keep how far a user has read, on whatever node", async () => {
    const reader = await member("Rita");
    const rita = await personOn("node-2", reader);
    await rita.join("random");
    await say(rita, "random", "one");
    const head = rita.shown("random").at(-1)?.offset ?? 1;
    expect(await rita.command("read:set", { room: "random", offset: head })).toEqual({ ok: true, data: {} });
    const { body } = await at(stack.process("node-1").url, reader).request("GET", "/api/rooms");
    expect((body.rooms as { id: string; read: number }[]).find(({ id }) => id === "random")?.read).toBe(head);
  });
});

describe("an admin", () => {
  it("bans a user: his sockets end on every node with a reason, he stays out, and the room is told", async () => {
    const session = await guest(stack.url, "Spammer");
    const sockets = [await personOn("node-1", session), await personOn("node-2", session)];
    const reasons: string[] = [];
    for (const { socket } of sockets) {
      socket.io.reconnection(false);
      socket.on("session:ended", ({ reason }) => void reasons.push(reason));
    }
    const [spammer] = sockets;
    if (!spammer) throw new Error("nobody");
    await say(spammer, "random", "spam");
    const path = `/api/admin/users/${session.user.id}/ban`;
    expect((await session.request("PUT", path)).status).toBe(403);
    expect((await admin.request("PUT", path, { reason: "spam" })).status).toBe(204);
    await eventually("both sockets ended", () => sockets.every(({ socket }) => !socket.connected));
    expect(reasons).toEqual(["spam", "spam"]);
    await expect(personOn("node-1", session)).rejects.toThrow("forbidden");
    expect((await session.request("GET", "/api/rooms")).status).toBe(403);
    const watcher = await guestOn("node-2", "Watcher");
    const { events } = await watcher.join("random");
    expect(events.at(-1)).toMatchObject({ kind: "member", change: "ban", reason: "spam" });
    expect((await admin.request("DELETE", path)).status).toBe(204);
    await personOn("node-1", session);
  });

  it("mutes and kicks", async () => {
    const session = await guest(stack.url, "Loud");
    const loud = await personOn("node-1", session);
    const path = (what: string) => `/api/admin/users/${session.user.id}/${what}`;
    expect((await admin.request("PUT", path("mute"), { seconds: 0 })).status).toBe(400);
    expect((await admin.request("PUT", path("mute"), { seconds: 600 })).status).toBe(204);
    expect(await loud.say("random", "hello?")).toMatchObject({ error: { code: "forbidden" } });
    await admin.request("DELETE", path("mute"));
    expect((await loud.say("random", "hello!")).ok).toBe(true);
    loud.socket.io.reconnection(false);
    expect((await admin.request("POST", path("kick"))).status).toBe(204);
    await eventually("the socket ended", () => !loud.socket.connected);
    const user: User = (await session.request("GET", "/api/session")).body.user as User;
    expect(user.name).toBe("Loud");
  });
});
