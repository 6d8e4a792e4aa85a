import { describe, expect, it } from "vitest";
import { durationText } from "./amounts.js";

describe("durationText", () => {
  it("uses the largest units that fit", () => {
    expect(durationText(-5)).toBe("0 s");
    expect(durationText(59_400)).toBe("59 s");
    expect(durationText(61_000)).toBe("1 min 1 s");
    expect(durationText(3_660_000)).toBe("1 h 1 min");
    expect(durationText(90_000_000)).toBe("1 d 1 h");
  });
});
