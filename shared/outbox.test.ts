import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Ack, Receipt } from "./commands.js";
import type { ErrorCode } from "./errors.js";
import { type Action, createOutbox, type Outbox, type Outgoing } from "./outbox.js";

type Answer = Ack<Receipt> | "lost";

const message = (clientId: string, text: string, room = "general"): Action => ({
  name: "message:send",
  input: { room, clientId, text },
});
const edit = (clientId: string, text: string, room = "general"): Action => ({
  name: "message:edit",
  input: { room, clientId, target: "m1", text },
});
const remove = (clientId: string, room = "general"): Action => ({
  name: "message:delete",
  input: { room, clientId, target: "m1" },
});
const reaction = (clientId: string, on: boolean, room = "general"): Action => ({
  name: "reaction:set",
  input: { room, clientId, target: "m1", emoji: "👍", on },
});
const ids = (actions: readonly Action[]) => actions.map(({ input }) => input.clientId);

const receipt = (offset: number): Ack<Receipt> => ({ ok: true, data: { offset } });
const refused = (code: ErrorCode, retryAfterMs?: number): Ack<Receipt> => ({
  ok: false,
  error: {
    code,
    message: code,
    retryable: code === "rate_limited",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  },
});
const settled = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

/** An outbox whose answers and timers the test gives by hand. */
function build() {
  const sent: Action[] = [];
  const open: { answer(answer: Answer): Promise<void> }[] = [];
  const timers: { ms: number; callback: () => void }[] = [];
  const changes: number[] = [];
  const accepted: string[] = [];
  const outbox = createOutbox({
    send(action) {
      sent.push(action);
      return new Promise((resolve, reject) => {
        open.push({
          answer(answer) {
            if (answer === "lost") reject(new Error("time-out"));
            else resolve(answer);
            return settled();
          },
        });
      });
    },
    wait: (ms, callback) => void timers.push({ ms, callback }),
    random: () => 0.5,
    changed: (entries) => void changes.push(entries.length),
    accepted: (entry) => void accepted.push(entry.action.input.clientId),
  });
  return {
    outbox,
    sent,
    timers,
    changes,
    accepted,
    answer: (answer: Answer) =>
      open.shift()?.answer(answer) ?? Promise.reject(new Error("nothing is in flight")),
    fire() {
      const timer = timers.shift();
      if (!timer) throw new Error("nothing waits");
      timer.callback();
    },
  };
}

describe("an outbox", () => {
  it("sends at once and forgets what was accepted", async () => {
    const { outbox, sent, accepted, answer, changes } = build();
    outbox.add(message("c1", "hello"));
    expect(sent).toEqual([message("c1", "hello")]);
    await answer(receipt(1));
    expect(outbox.entries()).toEqual([]);
    expect(accepted).toEqual(["c1"]);
    expect(changes).toEqual([1, 0]);
  });

  it("sends again under the same clientId until it is acked, more slowly each time", async () => {
    const { outbox, sent, timers, answer, fire } = build();
    outbox.add(message("c1", "hello"));
    const waits: number[] = [];
    for (let tries = 0; tries < 7; tries += 1) {
      await answer("lost");
      waits.push(timers[0]?.ms ?? 0);
      fire();
    }
    await answer(receipt(1));
    expect(new Set(ids(sent))).toEqual(new Set(["c1"]));
    expect(sent).toHaveLength(8);
    expect(waits).toEqual([500, 1000, 2000, 3000, 3000, 3000, 3000]);
    expect(outbox.entries()).toEqual([]);
  });

  it("waits at least as long as the server says", async () => {
    const { outbox, timers, answer } = build();
    outbox.add(message("c1", "hello"));
    await answer(refused("rate_limited", 7000));
    expect(timers[0]?.ms).toBe(7000);
    expect(outbox.entries()[0]?.error).toBeNull();
  });

  it("keeps a message that was refused for good, with its error, and goes on with the next", async () => {
    const { outbox, sent, timers, answer } = build();
    outbox.add(message("c1", "one"));
    outbox.add(message("c2", "two"));
    await answer(refused("forbidden"));
    expect(outbox.entries()[0]).toMatchObject({ action: message("c1", "one"), error: { code: "forbidden" } });
    expect(ids(sent)).toEqual(["c1", "c2"]);
    expect(timers).toEqual([]);
    outbox.discard("c1");
    expect(ids(outbox.entries().map(({ action }) => action))).toEqual(["c2"]);
  });

  it("has one message of a room in flight, and rooms do not wait for each other", async () => {
    const { outbox, sent, answer } = build();
    outbox.add(message("c1", "one"));
    outbox.add(message("c2", "two"));
    outbox.add(message("c3", "three", "random"));
    outbox.flush();
    expect(ids(sent)).toEqual(["c1", "c3"]);
    await answer(receipt(1));
    expect(ids(sent)).toEqual(["c1", "c3", "c2"]);
  });

  it("sends what waits when the connection is back, without waiting for its timer", async () => {
    const { outbox, sent, answer, fire } = build();
    outbox.add(message("c1", "one"));
    await answer("lost");
    outbox.flush();
    expect(sent).toHaveLength(2);
    fire();
    expect(sent).toHaveLength(2);
  });

  it("sends messages, edits, deletes and reactions of a room in the user's order", async () => {
    const { outbox, sent, accepted, answer } = build();
    const actions = [message("c1", "one"), edit("c2", "two"), reaction("c3", true), reaction("c4", false)];
    for (const action of [...actions, remove("c5")]) outbox.add(action);
    for (let offset = 1; offset <= 5; offset += 1) await answer(receipt(offset));
    expect(sent).toEqual([...actions, remove("c5")]);
    expect(accepted).toEqual(["c1", "c2", "c3", "c4", "c5"]);
  });

  it("keeps a refused edit until it is discarded, and takes a delete of what is gone as done", async () => {
    const { outbox, accepted, answer } = build();
    outbox.add(edit("c1", "two"));
    outbox.add(remove("c2"));
    await answer(refused("not_found"));
    await answer(refused("not_found"));
    expect(outbox.entries()).toMatchObject([{ action: edit("c1", "two"), error: { code: "not_found" } }]);
    expect(accepted).toEqual([]);
    outbox.discard("c1");
    expect(outbox.entries()).toEqual([]);
  });

  it("adopts what another page left, once and before its own", async () => {
    const { outbox, sent, answer } = build();
    outbox.add(message("c2", "mine"));
    outbox.add(message("c3", "mine too"));
    const left = [message("c1", "left"), message("c2", "mine")].map((action) => ({ action, error: null }));
    outbox.adopt(left);
    expect(ids(outbox.entries().map(({ action }) => action))).toEqual(["c1", "c2", "c3"]);
    for (let offset = 1; offset <= 3; offset += 1) await answer(receipt(offset));
    expect(ids(sent)).toEqual(["c2", "c1", "c3"]);
  });

  it("takes a hundred actions and no more", () => {
    const { outbox } = build();
    for (let i = 0; i < 100; i += 1) outbox.add(message(`c${i}`, "x"));
    expect(() => outbox.add(message("c100", "x"))).toThrow(RangeError);
    expect(outbox.entries()).toHaveLength(100);
  });
});

type Fate = "ok" | "request lost" | "ack lost" | "busy";
type Kind = Action["name"];
type Step =
  | { do: "add"; room: string; kind: Kind }
  | { do: "timer" }
  | { do: "flush" }
  | { do: "reload" }
  | { do: "settle" };

const fate = fc.constantFrom<Fate>("ok", "request lost", "ack lost", "busy");
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      room: fc.constantFrom("general", "random"),
      kind: fc.constantFrom<Kind>("message:send", "message:edit", "message:delete", "reaction:set"),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Step>({ do: "timer" }, { do: "flush" }, { do: "settle" }, { do: "settle" }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "reload" }) },
);
const make: Record<Kind, (clientId: string, room: string) => Action> = {
  "message:send": (clientId, room) => message(clientId, clientId, room),
  "message:edit": (clientId, room) => edit(clientId, clientId, room),
  "message:delete": remove,
  "reaction:set": (clientId, room) => reaction(clientId, true, room),
};
type Fault = "none" | "new id at each try" | "no retry" | "server keeps repeats";

async function checkRun(steps: Step[], fates: Fate[], fault: Fault): Promise<void> {
  const stored = new Map<string, Action[]>();
  const added = new Map<string, Action[]>();
  let life = 0;
  let timers: (() => void)[] = [];
  let sends = 0;

  function serve(action: Action): number {
    const { room, clientId } = action.input;
    const log = stored.get(room) ?? [];
    stored.set(room, log);
    const at = ids(log).indexOf(clientId);
    if (at >= 0 && fault !== "server keeps repeats") return at + 1;
    return log.push(action);
  }

  function open(left: readonly Outgoing[]): Outbox {
    life += 1;
    const own = life;
    timers = [];
    const outbox = createOutbox({
      async send(action) {
        sends += 1;
        const now = fates[sends - 1] ?? "ok";
        const { room, clientId } = action.input;
        const given =
          fault === "new id at each try" ? make[action.name](`${clientId} ${sends}`, room) : action;
        if (now === "request lost") throw new Error("lost");
        if (now === "busy") return refused("rate_limited");
        const offset = serve(given);
        await Promise.resolve();
        // A page that is gone hears nothing.
        if (own !== life) return new Promise<never>(() => undefined);
        if (now === "ack lost") throw new Error("lost");
        return receipt(offset);
      },
      wait(_ms, callback) {
        if (own === life && fault !== "no retry") timers.push(callback);
      },
      random: () => 0,
      changed: () => undefined,
      accepted: () => undefined,
    });
    outbox.adopt(left);
    return outbox;
  }

  let outbox = open([]);
  let count = 0;
  for (const one of steps) {
    if (one.do === "add") {
      count += 1;
      const action = make[one.kind](`c${count}`, one.room);
      added.set(one.room, [...(added.get(one.room) ?? []), action]);
      outbox.add(action);
    } else if (one.do === "timer") timers.shift()?.();
    else if (one.do === "flush") outbox.flush();
    else if (one.do === "settle") await settled();
    else outbox = open(outbox.entries());
  }
  for (let rounds = 0; rounds < 300 && outbox.entries().length > 0; rounds += 1) {
    await settled();
    timers.shift()?.();
  }
  if (outbox.entries().length > 0) throw new Error("something waits for ever");
  for (const [room, actions] of added) {
    const [log, wanted] = [ids(stored.get(room) ?? []).join(), ids(actions).join()];
    if (log !== wanted) throw new Error(`${room}: added ${wanted}, stored ${log}`);
  }
}

const property = (fault: Fault) =>
  fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.array(fate, { maxLength: 60 }), (steps, fates) =>
    checkRun(steps, fates, fault),
  );

describe("over a net that loses requests and acks, and reloads of the page", () => {
  it("has every action stored exactly once, in the order of adding", async () => {
    await fc.assert(property("none"), { numRuns: 500 });
  });

  it.each<Fault>(["new id at each try", "no retry", "server keeps repeats"])(
    "finds the fault: %s",
    async (fault) => {
      expect((await fc.check(property(fault), { numRuns: 500 })).failed).toBe(true);
    },
  );
});
