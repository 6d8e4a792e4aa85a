import { describe, expect, it } from "vitest";
import { roomIdOf } from "./room-id.js";

describe("roomIdOf", () => {
  it("keeps letters and digits", () => {
    expect(roomIdOf("Café & Küche 2")).toBe("cafe-kuche-2");
    expect(roomIdOf(" --x-- ")).toBe("x");
    expect(roomIdOf("日本")).toBe("");
    expect(roomIdOf("a".repeat(90))).toHaveLength(64);
  });
});
