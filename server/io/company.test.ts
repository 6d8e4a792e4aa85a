import { expect, it } from "vitest";
import { createCompany } from "./company.js";

function build(whileMs = 20) {
  const clock = { ms: 1000 };
  const company = createCompany(whileMs, () => clock.ms);
  /** So many at a time, each time so many ms after the one before. */
  const meet = (times: number, everyMs: number, count = 1) => {
    for (let n = 0; n < times; n += 1) {
      clock.ms += everyMs;
      company.met(count);
    }
    return company.isGood();
  };
  return { clock, company, meet };
}

it("is good where at least four come within the time, one by one or together", () => {
  expect(build().company.isGood()).toBe(false);
  expect(build().meet(100, 4.9)).toBe(true);
  expect(build().meet(100, 6)).toBe(false);
  expect(build().meet(100, 20, 5)).toBe(true);
  expect(build().meet(100, 20, 3)).toBe(false);
});

it("is not good after one that came soon, nor spoiled by one that came late", () => {
  const { meet } = build();
  meet(100, 50);
  expect(meet(1, 1)).toBe(false);
  expect(meet(100, 2)).toBe(true);
  expect(meet(1, 30)).toBe(true);
});

it("is over when nothing came for five times as long", () => {
  const { clock, company, meet } = build();
  meet(100, 2);
  clock.ms += 100;
  expect(company.isGood()).toBe(true);
  clock.ms += 1;
  expect(company.isGood()).toBe(false);
});
