import { expect, it } from "vitest";
import { createPace } from "./pace.js";

function build() {
  const clock = { ms: 1000 };
  const pace = createPace(5, () => clock.ms);
  /** So many at a time, each time so many ms after the one before. */
  const come = (times: number, everyMs: number, count = 1) => {
    for (let n = 0; n < times; n += 1) {
      clock.ms += everyMs;
      pace.came(count);
    }
    return pace.isQuick();
  };
  return { clock, pace, come };
}

it("is quick where one comes every five ms in the mean, one by one or together", () => {
  expect(build().pace.isQuick()).toBe(false);
  expect(build().come(100, 4.9)).toBe(true);
  expect(build().come(100, 6)).toBe(false);
  expect(build().come(100, 20, 5)).toBe(true);
  expect(build().come(100, 20, 3)).toBe(false);
});

it("is not quick after one that came soon, nor slow after one that came late", () => {
  const { come } = build();
  come(100, 50);
  expect(come(1, 1)).toBe(false);
  expect(come(100, 2)).toBe(true);
  expect(come(1, 30)).toBe(true);
});

it("is over when nothing came for twenty times as long", () => {
  const { clock, pace, come } = build();
  come(100, 2);
  clock.ms += 100;
  expect(pace.isQuick()).toBe(true);
  clock.ms += 1;
  expect(pace.isQuick()).toBe(false);
});
