import { describe, expect, it } from "vitest";
import { initials, stableColor } from "./initials.js";

describe("initials", () => {
  it("takes the first letters of the first and the last word", () => {
    expect(initials("Ann")).toBe("A");
    expect(initials("Ann Mary Lee")).toBe("AL");
    expect(initials("build-bot")).toBe("BB");
    expect(initials("Mira (ops)")).toBe("MO");
    expect(initials("…")).toBe("…");
  });

  it("keeps characters beyond the basic plane whole", () => {
    expect(initials("🦊 fox")).toBe("🦊F");
  });
});

describe("stableColor", () => {
  it("is the same for the same id", () => {
    expect(stableColor("u1")).toBe(stableColor("u1"));
    expect(stableColor("")).toMatch(/^#/);
  });
});
