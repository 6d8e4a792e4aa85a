import { describe, expect, it } from "vitest";
import { sentence } from "./sentence.js";

describe("sentence", () => {
  it("begins large and ends with a stop, once", () => {
    expect(sentence("you are banned")).toBe("You are banned.");
    expect(sentence("Too many messages!")).toBe("Too many messages!");
    expect(sentence(" ")).toBe("");
  });

  it("leaves what has no small letters as it is", () => {
    expect(sentence("🦊 is out.")).toBe("🦊 is out.");
  });
});
