import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Ack, SentMessage } from "./commands.js";
import { createOutbox, type Outbox, type Outgoing } from "./outbox.js";

interface Sent {
  room: string;
  clientId: string;
  text: string;
}
type Answer = Ack<SentMessage> | "lost";

const receipt = (offset: number): Ack<SentMessage> => ({
  ok: true,
  data: { id: `id-${offset}`, offset, at: 0 },
});
const refused = (code: "forbidden" | "rate_limited", retryAfterMs?: number): Ack<SentMessage> => ({
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
function build(kept: Outgoing[] = []) {
  const sent: Sent[] = [];
  const open: { input: Sent; answer(answer: Answer): Promise<void> }[] = [];
  const timers: { ms: number; callback: () => void }[] = [];
  const changes: number[] = [];
  const accepted: string[] = [];
  const outbox = createOutbox(
    {
      send(input) {
        sent.push(input);
        return new Promise((resolve, reject) => {
          open.push({
            input,
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
      accepted: (entry) => void accepted.push(entry.clientId),
    },
    kept,
  );
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
    outbox.add("general", "c1", "hello");
    expect(sent).toEqual([{ room: "general", clientId: "c1", text: "hello" }]);
    await answer(receipt(1));
    expect(outbox.entries()).toEqual([]);
    expect(accepted).toEqual(["c1"]);
    expect(changes).toEqual([1, 0]);
  });

  it("sends again under the same clientId until it is acked, more slowly each time", async () => {
    const { outbox, sent, timers, answer, fire } = build();
    outbox.add("general", "c1", "hello");
    const waits: number[] = [];
    for (let tries = 0; tries < 7; tries += 1) {
      await answer("lost");
      waits.push(timers[0]?.ms ?? 0);
      fire();
    }
    await answer(receipt(1));
    expect(new Set(sent.map(({ clientId }) => clientId))).toEqual(new Set(["c1"]));
    expect(sent).toHaveLength(8);
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(outbox.entries()).toEqual([]);
  });

  it("waits at least as long as the server says", async () => {
    const { outbox, timers, answer } = build();
    outbox.add("general", "c1", "hello");
    await answer(refused("rate_limited", 7000));
    expect(timers[0]?.ms).toBe(7000);
    expect(outbox.entries()[0]?.error).toBeNull();
  });

  it("keeps a message that was refused for good, with its error, and goes on with the next", async () => {
    const { outbox, sent, timers, answer } = build();
    outbox.add("general", "c1", "one");
    outbox.add("general", "c2", "two");
    await answer(refused("forbidden"));
    expect(outbox.entries()[0]).toMatchObject({ clientId: "c1", error: { code: "forbidden" } });
    expect(sent.map(({ clientId }) => clientId)).toEqual(["c1", "c2"]);
    expect(timers).toEqual([]);
    outbox.discard("c1");
    expect(outbox.entries().map(({ clientId }) => clientId)).toEqual(["c2"]);
  });

  it("has one message of a room in flight, and rooms do not wait for each other", async () => {
    const { outbox, sent, answer } = build();
    outbox.add("general", "c1", "one");
    outbox.add("general", "c2", "two");
    outbox.add("random", "c3", "three");
    outbox.flush();
    expect(sent.map(({ clientId }) => clientId)).toEqual(["c1", "c3"]);
    await answer(receipt(1));
    expect(sent.map(({ clientId }) => clientId)).toEqual(["c1", "c3", "c2"]);
  });

  it("sends what waits when the connection is back, without waiting for its timer", async () => {
    const { outbox, sent, answer, fire } = build();
    outbox.add("general", "c1", "one");
    await answer("lost");
    outbox.flush();
    expect(sent).toHaveLength(2);
    fire();
    expect(sent).toHaveLength(2);
  });

  it("goes on with what an earlier page kept", () => {
    const { outbox, sent } = build([{ room: "general", clientId: "c1", text: "kept", error: null }]);
    outbox.flush();
    expect(sent).toEqual([{ room: "general", clientId: "c1", text: "kept" }]);
  });

  it("takes a hundred messages and no more", () => {
    const { outbox } = build();
    for (let i = 0; i < 100; i += 1) outbox.add("general", `c${i}`, "x");
    expect(() => outbox.add("general", "c100", "x")).toThrow(RangeError);
    expect(outbox.entries()).toHaveLength(100);
  });
});

type Fate = "ok" | "request lost" | "ack lost" | "busy";
type Step =
  { do: "add"; room: string } | { do: "timer" } | { do: "flush" } | { do: "reload" } | { do: "settle" };

const fate = fc.constantFrom<Fate>("ok", "request lost", "ack lost", "busy");
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("add" as const), room: fc.constantFrom("general", "random") }),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Step>({ do: "timer" }, { do: "flush" }, { do: "settle" }, { do: "settle" }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "reload" }) },
);
type Fault = "none" | "new id at each try" | "no retry" | "server keeps repeats";

async function checkRun(steps: Step[], fates: Fate[], fault: Fault): Promise<void> {
  const stored = new Map<string, Sent[]>();
  const added = new Map<string, string[]>();
  let life = 0;
  let timers: (() => void)[] = [];
  let sends = 0;

  function serve(input: Sent): number {
    const log = stored.get(input.room) ?? [];
    stored.set(input.room, log);
    const at = log.findIndex(({ clientId }) => clientId === input.clientId);
    if (at >= 0 && fault !== "server keeps repeats") return at + 1;
    return log.push(input);
  }

  function open(kept: readonly Outgoing[]): Outbox {
    life += 1;
    const own = life;
    timers = [];
    return createOutbox(
      {
        async send(input) {
          sends += 1;
          const now = fates[sends - 1] ?? "ok";
          const given =
            fault === "new id at each try" ? { ...input, clientId: `${input.clientId} ${sends}` } : input;
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
      },
      kept,
    );
  }

  let outbox = open([]);
  let count = 0;
  for (const one of steps) {
    if (one.do === "add") {
      count += 1;
      added.set(one.room, [...(added.get(one.room) ?? []), `m${count}`]);
      outbox.add(one.room, `c${count}`, `m${count}`);
    } else if (one.do === "timer") timers.shift()?.();
    else if (one.do === "flush") outbox.flush();
    else if (one.do === "settle") await settled();
    else {
      outbox = open(outbox.entries());
      outbox.flush();
    }
  }
  for (let rounds = 0; rounds < 300 && outbox.entries().length > 0; rounds += 1) {
    await settled();
    timers.shift()?.();
  }
  if (outbox.entries().length > 0) throw new Error("something waits for ever");
  for (const [room, texts] of added) {
    const log = (stored.get(room) ?? []).map(({ text }) => text);
    if (log.join() !== texts.join()) throw new Error(`${room}: added ${texts.join()}, stored ${log.join()}`);
  }
}

const property = (fault: Fault) =>
  fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.array(fate, { maxLength: 60 }), (steps, fates) =>
    checkRun(steps, fates, fault),
  );

describe("over a net that loses requests and acks, and reloads of the page", () => {
  it("has every message stored exactly once, in the order of adding", async () => {
    await fc.assert(property("none"), { numRuns: 500 });
  });

  it.each<Fault>(["new id at each try", "no retry", "server keeps repeats"])(
    "finds the fault: %s",
    async (fault) => {
      expect((await fc.check(property(fault), { numRuns: 500 })).failed).toBe(true);
    },
  );
});
