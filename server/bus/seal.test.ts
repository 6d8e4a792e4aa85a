import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createArrivals } from "./arrivals.js";
import { createSeal, type Opened } from "./seal.js";

const secret = () => randomBytes(32).toString("base64url");
const now = () => 12_345.5;
const opened = (answer: unknown) => answer as Opened;

describe("a seal", () => {
  it("gives back what was sealed, from whom, and in which place", () => {
    const [boot, key] = [randomUUID(), secret()];
    const sender = createSeal(boot, [key], now);
    const receiver = createSeal(randomUUID(), [key], now);
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (payload, channel) => {
        const first = opened(receiver.open(channel, sender.seal(channel, Buffer.from(payload))));
        const second = opened(receiver.open(channel, sender.seal(channel, Buffer.from(payload))));
        expect(first.boot).toBe(boot);
        expect(first.payload).toEqual(Buffer.from(payload));
        expect(second.sequence).toBe(first.sequence + 1);
        expect(second).toMatchObject({ kind: "message", at: 12_345.5 });
        const beat = receiver.open(channel, sender.seal(channel, "x", "heartbeat"));
        expect(opened(beat).kind).toBe("heartbeat");
      }),
    );
  });

  it("is broken by any changed byte, another channel, another secret, and anything cut off", () => {
    const key = secret();
    const seal = createSeal(randomUUID(), [key], now);
    const bytes = seal.seal("chat:io#/#", '{"type":4}');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(seal.open("chat:io#/#", changed)).toBe(at === 0 ? "other_version" : "bad_seal");
      expect(typeof seal.open("chat:io#/#", bytes.subarray(0, at))).toBe("string");
    }
    expect(seal.open("chat:io#/#room:a#", bytes)).toBe("bad_seal");
    expect(createSeal(randomUUID(), [secret()], now).open("chat:io#/#", bytes)).toBe("bad_seal");
    expect(seal.open("chat:io#/#", Buffer.from([0x93]))).toBe("other_version");
  });

  it("can change its secret while instances with the old and the new one run", () => {
    const [old, fresh] = [secret(), secret()];
    const seals = [[old], [old, fresh], [fresh, old], [fresh]].map((keys) =>
      createSeal(randomUUID(), keys, now),
    );
    const hears = (from: number, to: number) =>
      typeof seals[to]?.open("c", seals[from]?.seal("c", "x") ?? Buffer.alloc(0)) === "object";
    for (const [from, to] of [
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 1],
      [2, 3],
      [3, 2],
    ] as const)
      expect(hears(from, to)).toBe(true);
    expect(hears(0, 3)).toBe(false);
  });
});

describe("arrivals", () => {
  it("find every repeat and every hole, for each boot and channel", () => {
    const arrivals = createArrivals();
    expect([7, 8, 8, 7, 11, 9, 9, 10, 12, 1].map((sequence) => arrivals.note("a", "c", sequence))).toEqual([
      "new",
      "new",
      "repeated",
      "repeated",
      "after_a_hole",
      "new",
      "repeated",
      "new",
      "new",
      "repeated",
    ]);
    expect(arrivals.note("b", "c", 8)).toBe("new");
    expect(arrivals.note("a", "d", 8)).toBe("new");
    arrivals.keepOnly(new Set(["b"]));
    expect(arrivals.note("a", "c", 12)).toBe("new");
    expect(arrivals.note("b", "c", 8)).toBe("repeated");
  });

  it("miss nothing where nobody listened, and know a repeat all the same", () => {
    const arrivals = createArrivals();
    for (const sequence of [7, 8]) arrivals.note("a", "c", sequence);
    for (const sequence of [1, 2]) arrivals.note("a", "d", sequence);
    arrivals.left("c");
    expect([8, 20, 21, 23].map((sequence) => arrivals.note("a", "c", sequence))).toEqual([
      "repeated",
      "new",
      "new",
      "after_a_hole",
    ]);
    expect(arrivals.note("a", "d", 4)).toBe("after_a_hole");
  });

  it("take each message once, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 100, max: 180 }), { minLength: 1 }), (sequence) => {
        const arrivals = createArrivals();
        arrivals.note("a", "c", 99);
        const taken = sequence.filter((one) => arrivals.note("a", "c", one) !== "repeated");
        expect(new Set(taken).size).toBe(taken.length);
      }),
    );
  });
});
