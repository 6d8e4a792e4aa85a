import { describe, expect, it } from "vitest";
import { createCredit, type Credit } from "./credit.js";

const bucket = { burst: 20 };
const ann = [{ key: "messages:ann", bucket }];
const both = [...ann, { key: "commands:ann", bucket: { burst: 100 } }];

/** Counted once, with so many left. */
function told(credit: Credit, ...left: number[]): Credit {
  const asked = both.slice(0, left.length);
  credit.begin(asked, true);
  credit.end(asked, true, left);
  return credit;
}

describe("credit", () => {
  it("is not given to who is not known", () => {
    expect(createCredit().isGood(ann)).toBe(false);
  });

  it.each([
    [[10], true],
    [[9], false],
    [[19, 99], true],
    [[19, 49], false],
    [[9, 99], false],
  ])("of %j left: %s", (left, expected) => {
    expect(told(createCredit(), ...left).isGood(both.slice(0, left.length))).toBe(expected);
  });

  it("is one token, or a twentieth of the burst, until that has been counted", () => {
    const credit = told(createCredit(), 19, 99);
    credit.begin(ann, false);
    expect(credit.isGood(ann)).toBe(false);
    credit.end(ann, false, [18]);
    expect(credit.isGood(ann)).toBe(true);
    const commands = both.slice(1);
    for (let n = 0; n < 5; n += 1) {
      expect(credit.isGood(commands)).toBe(true);
      credit.begin(commands, false);
    }
    expect(credit.isGood(commands)).toBe(false);
  });

  it("is not given while somebody waits, who would be overtaken", () => {
    const credit = told(createCredit(), 19);
    credit.begin(ann, true);
    expect(credit.isGood(ann)).toBe(false);
    credit.end(ann, true, [18]);
    expect(credit.isGood(ann)).toBe(true);
  });

  it("is forgotten after a while, but not while something is counted", () => {
    let now = 0;
    const credit = createCredit(() => now);
    told(credit, 19);
    now = 100;
    credit.forgetBefore(0);
    expect(credit.isGood(ann)).toBe(true);
    credit.begin(ann, false);
    credit.forgetBefore(101);
    credit.end(ann, false, [18]);
    expect(credit.isGood(ann)).toBe(true);
    // What was counted meanwhile is not taken for the next one's count.
    credit.begin(ann, false);
    expect(credit.isGood(ann)).toBe(false);
    credit.end(ann, false, [17]);
    credit.forgetBefore(101);
    expect(credit.isGood(ann)).toBe(false);
  });
});
