import { expect, it } from "vitest";
import { createSourceLimit } from "./source-limit.js";

const bucket = { burst: 3, perSecond: 1 };

it("gives each source its burst, then what fills up", () => {
  let now = 0;
  const mayPass = createSourceLimit(bucket, () => now);
  expect(Array.from({ length: 5 }, () => mayPass("a"))).toEqual([true, true, true, false, false]);
  expect(mayPass("b")).toBe(true);
  now = 1000;
  expect([mayPass("a"), mayPass("a")]).toEqual([true, false]);
});

it("does not let made-up names around it, and forgets those that are quiet", () => {
  let now = 0;
  const mayPass = createSourceLimit(bucket, () => now);
  const passed = Array.from({ length: 10_000 }, (_, i) => mayPass(`name ${i}`)).filter(Boolean);
  expect(passed).toHaveLength(256);
  now = 3000;
  expect(mayPass("somebody else")).toBe(true);
});

it("limits nobody when it is off", () => {
  const mayPass = createSourceLimit(null);
  expect(Array.from({ length: 1000 }, () => mayPass("a"))).not.toContain(false);
});
