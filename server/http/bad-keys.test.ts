import type { Request } from "express";
import { expect, it } from "vitest";
import { createMetrics } from "../metrics/metrics.js";
import { createBadKeys } from "./bad-keys.js";

const from = (remoteAddress: string, ip = remoteAddress) =>
  ({ socket: { remoteAddress }, ip }) as unknown as Request;

it("lets an address try 30 wrong keys, then one every two seconds", () => {
  let now = 0;
  const badKeys = createBadKeys(createMetrics(), () => now);
  const guess = (request = from("a")) => {
    badKeys.assertBelow(request);
    badKeys.note(request);
  };
  for (let i = 0; i < 30; i += 1) guess();
  expect(() => guess()).toThrow(expect.objectContaining({ code: "rate_limited", retryAfterMs: 2000 }));
  now = 2000;
  guess();
  expect(() => guess()).toThrow("too many wrong keys");
  now = 120_000;
  for (let i = 0; i < 30; i += 1) guess();
});

it("counts each address by itself, and each client that a proxy names", () => {
  const badKeys = createBadKeys(createMetrics(), () => 0);
  for (let i = 0; i < 30; i += 1) badKeys.note(from("proxy", "a"));
  expect(() => badKeys.assertBelow(from("proxy", "a"))).toThrow("too many");
  badKeys.assertBelow(from("proxy", "b"));
  // Naming somebody else's address harms only who does.
  badKeys.assertBelow(from("a"));
});

it("takes nothing for right keys", () => {
  const badKeys = createBadKeys(createMetrics(), () => 0);
  for (let i = 0; i < 29; i += 1) badKeys.note(from("a"));
  for (let i = 0; i < 100; i += 1) badKeys.assertBelow(from("a"));
});

it("remembers a bounded number of addresses", () => {
  const badKeys = createBadKeys(createMetrics(), () => 0);
  for (let i = 0; i < 30; i += 1) badKeys.note(from("first"));
  for (let i = 0; i < 10_000; i += 1) badKeys.note(from(`other-${i}`));
  badKeys.assertBelow(from("first"));
});
