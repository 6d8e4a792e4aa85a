import { describe, expect, it } from "vitest";
import { createClientId, uuidOf } from "./client-id.js";

const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("client id", () => {
  it("is a version 4 UUID", () => {
    expect(createClientId()).toMatch(version4);
    expect(uuidOf(new Uint8Array(16))).toBe("00000000-0000-4000-8000-000000000000");
    expect(uuidOf(new Uint8Array(16).fill(255))).toMatch(version4);
  });
});
