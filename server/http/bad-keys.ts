import type { Request } from "express";
import { Failure } from "../failure.js";
import { takeLocally } from "../limits/bucket.js";
import type { Metrics } from "../metrics/metrics.js";

/** Wrong keys an address may try at once, and how fast it gets them back: 30 a minute (T7). */
const bucket = { burst: 30, perSecond: 0.5 };
const addressesMax = 10_000;

/** Counts wrong keys by address, on this instance: guessing must not need Redis to be stopped. */
export interface BadKeys {
  /** Fails with `rate_limited` where the address has used up its tries; a right key is not looked at then. */
  assertBelow(request: Request): void;
  note(request: Request): void;
}

/** Starts counting; keeps a bounded number of addresses, the oldest go first. */
export function createBadKeys(metrics: Metrics, now: () => number = () => performance.now()): BadKeys {
  const tried = new Map<string, { tokens: number; at: number }>();
  // Both the connection's own address and what a proxy says: inventing one locks nobody else out.
  const addressOf = (request: Request) => `${request.socket.remoteAddress ?? ""} ${request.ip ?? ""}`;

  return {
    assertBelow(request) {
      const filling = tried.get(addressOf(request));
      if (filling === undefined) return;
      const waitMs = takeLocally(filling, bucket, now());
      if (waitMs === 0) {
        filling.tokens += 1;
        return;
      }
      metrics.rateLimited.inc({ limit: "metrics" });
      throw new Failure("rate_limited", "too many wrong keys", waitMs);
    },
    note(request) {
      const address = addressOf(request);
      const filling = tried.get(address) ?? { tokens: bucket.burst, at: now() };
      takeLocally(filling, bucket, now());
      tried.delete(address);
      tried.set(address, filling);
      const oldest = tried.keys().next().value;
      if (tried.size > addressesMax && oldest !== undefined) tried.delete(oldest);
    },
  };
}
