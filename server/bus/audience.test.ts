import { expect, it } from "vitest";
import { createAudience } from "./audience.js";
import { baseChannel, roomEventsChannel } from "./channels.js";

const [a, b] = ["a", "b"].map(roomEventsChannel) as [string, string];

function build() {
  const clock = { ms: 5000 };
  return { clock, audience: createAudience(() => clock.ms) };
}

it("is alone where its message reached itself only, for a second", () => {
  const { audience, clock } = build();
  expect(audience.isAlone(a)).toBe(false);
  audience.counted(a, 1);
  clock.ms += 999;
  expect([audience.isAlone(a), audience.isAlone(b)]).toEqual([true, false]);
  clock.ms += 1;
  expect(audience.isAlone(a)).toBe(false);
});

it("is not alone where a message reached others, or nobody, not even itself", () => {
  const { audience } = build();
  for (const receivers of [2, 0]) {
    audience.counted(a, 1);
    audience.counted(a, receivers);
    expect(audience.isAlone(a)).toBe(false);
  }
});

it("is not alone any more once somebody says that he listens", () => {
  const { audience } = build();
  for (const channel of [a, b]) audience.counted(channel, 1);
  audience.joined(a);
  expect([audience.isAlone(a), audience.isAlone(b)]).toEqual([false, true]);
  audience.joined();
  expect(audience.isAlone(b)).toBe(false);
});

it("is everybody where as many were reached as there are nodes, for ten seconds", () => {
  const { audience, clock } = build();
  audience.counted(a, 3);
  expect(audience.isEverybody(a)).toBe(false);
  audience.countedAll(3);
  audience.counted(b, 2);
  expect([audience.isEverybody(a), audience.isEverybody(b)]).toEqual([true, false]);
  clock.ms += 9999;
  expect([audience.isEverybody(a), audience.isAlone(a)]).toEqual([true, false]);
  audience.countedAll(4);
  expect(audience.isEverybody(a)).toBe(false);
  audience.countedAll(3);
  clock.ms += 1;
  expect(audience.isEverybody(a)).toBe(false);
});

it("is not everybody where it is the only node, nor where some node would not understand", () => {
  const { audience, clock } = build();
  audience.countedAll(1);
  audience.counted(a, 1);
  clock.ms += 1000;
  expect([audience.isAlone(a), audience.isEverybody(a)]).toEqual([false, false]);
  audience.counted(b, 3);
  audience.countedAll(Infinity);
  expect(audience.isEverybody(b)).toBe(false);
});

it("is not everybody any more once somebody has begun to listen: he may be one more", () => {
  const { audience } = build();
  audience.countedAll(2);
  for (const channel of [a, b]) audience.counted(channel, 2);
  audience.joined(a);
  expect([audience.isEverybody(a), audience.isEverybody(b)]).toEqual([false, true]);
  audience.joined();
  expect(audience.isEverybody(b)).toBe(false);
});

it("is never alone on a channel that is not a chat room's", () => {
  const { audience } = build();
  audience.counted(baseChannel("/"), 1);
  expect(audience.isAlone(baseChannel("/"))).toBe(false);
});
