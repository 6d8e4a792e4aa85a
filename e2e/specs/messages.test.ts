import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { at, enter, guest } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

let stack: Stack;
const people: Person[] = [];

beforeAll(async () => {
  stack = await startStack({ LIMIT_MESSAGES: "off", LIMIT_COMMANDS: "off", LIMIT_GUESTS: "off" });
});
afterAll(async () => {
  people.forEach((person) => person.close());
  await stack.stop();
});

async function personOn(node: string, name: string, transports = ["websocket"]): Promise<Person> {
  const person = await connect(await guest(stack.process(node).url, name), transports);
  people.push(person);
  return person;
}

describe("messages", () => {
  it("reach people on every node, on both transports", async () => {
    const ann = await personOn("node-1", "Ann");
    const bob = await personOn("node-2", "Bob", ["polling"]);
    const cid = await personOn("node-3", "Cid", ["polling", "websocket"]);
    for (const person of [ann, bob, cid]) await person.join("general");
    await ann.say("general", "from one");
    await bob.say("general", "from two");
    await cid.say("general", "from three");
    for (const person of [ann, bob, cid])
      await eventually("three messages", () => person.texts("general").length === 3);
    expect(ann.texts("general").sort()).toEqual(["from one", "from three", "from two"]);
    expect(bob.shown("general")).toEqual(ann.shown("general"));
    expect(cid.shown("general")).toEqual(ann.shown("general"));
  });

  it("keep their text unchanged through socket, Redis and database", async () => {
    const ann = await personOn("node-1", "Ann text");
    const bob = await personOn("node-2", "Bob text");
    await bob.join("random");
    const texts = [
      "😀 👩‍👩‍👧 é e\u0301",
      "שלום \u202eabc",
      "<img src=x onerror=alert(1)>",
      "  spaces kept  ",
      "a\nb",
    ];
    for (const text of texts) expect(await ann.say("random", text)).toMatchObject({ ok: true });
    await eventually("all texts", () => bob.texts("random").length === texts.length);
    expect(bob.texts("random")).toEqual(texts);
    const read = await bob.command("events:read", { room: "random", after: 0 });
    expect(read.ok && read.data.events).toEqual(bob.shown("random"));
  });

  it("sent twice with one client id are one message", async () => {
    const ann = await personOn("node-1", "Ann again");
    const clientId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ann.say("general", "once", clientId)));
    const [first] = answers;
    expect(first?.ok).toBe(true);
    for (const answer of answers) expect(answer).toEqual(first);
    expect(await ann.say("general", "other text", clientId)).toMatchObject({
      ok: false,
      error: { code: "conflict" },
    });
  });

  it("are refused with the field named when they are wrong", async () => {
    const ann = await personOn("node-1", "Ann wrong");
    const message = { room: "general", clientId: randomUUID(), text: "x" };
    const wrong: [Record<string, unknown>, string][] = [
      [{ ...message, text: "x\ud800y" }, "text"],
      [{ ...message, text: "a\u0000" }, "text"],
      [{ ...message, text: " \n " }, "text"],
      [{ ...message, text: "x".repeat(4001) }, "text"],
      [{ ...message, clientId: "1" }, "clientId"],
      [{ ...message, room: "../general" }, "room"],
      [{ ...message, offset: 7 }, "offset"],
      [{ ...message, sender: { id: "x" } }, "sender"],
    ];
    for (const [input, field] of wrong) {
      const answer = await ann.command("message:send", input as never);
      expect(answer).toMatchObject({ ok: false, error: { code: "invalid", retryable: false } });
      expect(answer.ok ? "" : answer.error.message).toContain(field);
    }
    expect(await ann.say("general", "😀".repeat(4000))).toMatchObject({ ok: true });
    expect(await ann.say("nowhere", "x")).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  it("come 1000 at a time from guests on three nodes: all stored, no gap, all acked", async () => {
    const writers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        personOn(`node-${(i % 3) + 1}`, `Writer ${i}`, i % 4 === 0 ? ["polling"] : ["websocket"]),
      ),
    );
    const [reader] = writers;
    const admin = writers[1];
    if (!reader || !admin) throw new Error("no writers");
    const before = await reader.join("general");
    const acked = await Promise.all(
      Array.from({ length: 1000 }, async (_, i) => {
        const answer = await writers[i % writers.length]?.say("general", `message ${i}`);
        if (!answer?.ok) throw new Error(`message ${i} was refused: ${JSON.stringify(answer)}`);
        return answer.data.offset;
      }),
    );
    const expected = Array.from({ length: 1000 }, (_, i) => before.head + 1 + i);
    expect(acked.sort((a, b) => a - b)).toEqual(expected);
    await eventually(
      "the reader shows all",
      () => reader.shown("general").at(-1)?.offset === before.head + 1000,
      20_000,
    );
    const offsets = reader.shown("general").map((event) => event.offset);
    expect(offsets.slice(-1000)).toEqual(expected);
    expect(new Set(reader.texts("general")).size).toBeGreaterThanOrEqual(1000);
  });
});

describe("a client that does not read", () => {
  it("is cut, and the others go on", async () => {
    const admin = await enter(stack.url, "/api/session", stack.admin);
    const node = at(stack.process("node-2").url, admin);
    const cuts = async () => {
      const { body } = await node.request("GET", "/metrics", undefined, { accept: "text/plain" });
      return Number(/^chat_slow_clients_cut_total (\d+)/m.exec(String(body.text))?.[1]);
    };
    const stuck = await personOn("node-2", "Stuck");
    const reader = await personOn("node-2", "Reader");
    const writer = await personOn("node-1", "Writer of much");
    for (const person of [stuck, reader]) await person.join("random");
    const before = await cuts();
    // The stock client's WebSocket stands on a TCP socket, which takes no more from here on.
    const { ws } = stuck.socket.io.engine.transport as unknown as { ws: { pause(): void } };
    ws.pause();
    // More than the buffers of the system hold.
    const text = "😀".repeat(4000);
    let said = 0;
    await eventually(
      "the stuck client is cut",
      async () => {
        await Promise.all(Array.from({ length: 50 }, () => writer.say("random", text)));
        said += 50;
        return (await cuts()) > before;
      },
      60_000,
    );
    const all = () => reader.texts("random").filter((one) => one === text).length;
    await eventually("the reader has everything", () => all() === said, 20_000);
    expect(await cuts()).toBe(before + 1);
  });
});

describe("hostile packets", () => {
  it("of every known killer leave the node serving the others", async () => {
    const bystander = await personOn("node-1", "Bystander");
    const attacker = await personOn("node-1", "Attacker");
    const raw = attacker.socket.io.engine;
    const nested = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    for (const packet of [
      `2["message:send",${nested}]`,
      `20["room:join",${nested}]`,
      '2["message:send",1]',
      '2["room:join",{"__proto__":{"x":1}}]',
      '2["message:send","\\ud800<"]',
      '2["typing:set",null,[],{}]',
      '2["hasOwnProperty",{}]',
    ])
      raw.write(packet);
    expect(await bystander.say("general", "still here")).toMatchObject({ ok: true });
    attacker.socket.io.engine.write("9zzz");
    await eventually("the attacker is cut", () => !attacker.socket.connected);
    expect(await bystander.say("general", "and still")).toMatchObject({ ok: true });
    expect(stack.output()).not.toMatch(/unhandled rejection|uncaught exception/);
  });
});
