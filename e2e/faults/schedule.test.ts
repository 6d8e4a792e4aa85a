import { describe, expect, it } from "vitest";
import { faultNames, faults } from "./faults.js";
import { createRandom } from "./random.js";
import { scheduleFaults, type Blow } from "./schedule.js";

function take(seed: number, count: number, together: number): Blow[] {
  const schedule = scheduleFaults(createRandom(seed), together);
  return Array.from({ length: count }, () => schedule.next().value);
}

describe("scheduleFaults", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(take(7, 50, 0.2)).toEqual(take(7, 50, 0.2));
    expect(take(7, 50, 0.2)).not.toEqual(take(8, 50, 0.2));
  });

  it("brings every kind before any comes again", () => {
    const first = take(3, faultNames.length, 0).flat();
    expect([...first].sort()).toEqual([...faultNames].sort());
  });

  it("lets two come at once only where they hurt different parts", () => {
    const pairs = take(5, 200, 1).filter(({ length }) => length === 2);
    expect(pairs.length).toBeGreaterThan(50);
    for (const pair of pairs) expect(new Set(pair.map((name) => faults[name].part)).size).toBe(2);
  });
});
