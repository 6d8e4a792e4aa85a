import { expect, it } from "vitest";
import { takeLocally } from "./bucket.js";

const bucket = { burst: 3, perSecond: 2 };

it("gives the burst at once, then tells how long to wait", () => {
  const filling = { tokens: 3, at: 0 };
  expect([0, 0, 0, 0].map((now) => takeLocally(filling, bucket, now))).toEqual([0, 0, 0, 500]);
  expect(takeLocally(filling, bucket, 100)).toBe(400);
});

it("gives a token when the time told is over", () => {
  const filling = { tokens: 0, at: 0 };
  expect(takeLocally(filling, bucket, 0)).toBe(500);
  expect(takeLocally(filling, bucket, 500)).toBe(0);
  expect(takeLocally(filling, bucket, 500)).toBe(500);
});

it("never holds more than the burst", () => {
  const filling = { tokens: 3, at: 0 };
  const taken = [1, 2, 3, 4].map(() => takeLocally(filling, bucket, 3_600_000));
  expect(taken).toEqual([0, 0, 0, 500]);
});

it("does not lose the part of a token by refusals", () => {
  const filling = { tokens: 0, at: 0 };
  for (let now = 1; now < 500; now += 1) expect(takeLocally(filling, bucket, now)).toBeGreaterThan(0);
  expect(takeLocally(filling, bucket, 501)).toBe(0);
});
