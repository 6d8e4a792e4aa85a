import { describe, expect, it } from "vitest";
import { isTooSlow } from "./slow-clients.js";

describe("a client too slow to keep", () => {
  it.each([
    [{ packets: 501, bytes: 0, stuckMs: 0 }, true],
    [{ packets: 1, bytes: 1_000_001, stuckMs: 0 }, true],
    [{ packets: 1, bytes: 10, stuckMs: 5001 }, true],
    [{ packets: 500, bytes: 1_000_000, stuckMs: 5000 }, false],
    [{ packets: 0, bytes: 0, stuckMs: 0 }, false],
  ])("with %j: %s", (backlog, expected) => {
    expect(isTooSlow(backlog)).toBe(expected);
  });
});
