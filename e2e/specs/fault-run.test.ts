import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultNames } from "../faults/faults.js";
import { describeMeasures, describeRun } from "../faults/report.js";
import { run } from "../faults/run.js";
import { startWorld, type World } from "../faults/world.js";

const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("a run of faults", () => {
  it("loses, doubles and disorders nothing, on any client", { timeout: 300_000 }, async () => {
    const options = { people: 30, rooms: 3, perSecond: 20, together: 0, seconds: Infinity };
    const result = await run(world, { ...options, seed, blows: faultNames.length }, console.log);
    console.log(`${describeRun(result)}\n${describeMeasures(result.measures, result.behindNginx)}`);
    expect(result.violations).toEqual([]);
    expect(result.measures.sends).toBeGreaterThan(100);
  });
});
