import { describe, expect, it } from "vitest";
import { frameOf } from "./frame.js";

describe("a frame", () => {
  it.each([
    [0, [0x81, 0]],
    [125, [0x81, 125]],
    [126, [0x81, 126, 0, 126]],
    [65_535, [0x81, 126, 0xff, 0xff]],
    [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ])("of %i bytes tells its length", (length, head) => {
    const frame = frameOf("x".repeat(length));
    expect([...frame.subarray(0, head.length)]).toEqual(head);
    expect(frame).toHaveLength(head.length + length);
  });

  it("counts bytes, not characters", () => {
    expect([...frameOf("ä€😀")]).toEqual([0x81, 9, ...Buffer.from("ä€😀")]);
  });
});
