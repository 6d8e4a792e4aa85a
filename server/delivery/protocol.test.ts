import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plantedFaults, type PlantedFault } from "./protocol-test/faults.js";
import { Violation } from "./protocol-test/invariants.js";
import { runSchedule } from "./protocol-test/run.js";
import { schedule } from "./protocol-test/schedule.js";

const property = (planted: PlantedFault | null) =>
  fc.asyncProperty(schedule, (one) => runSchedule(one, planted));

describe("the delivery protocol over nodes, a bus, a database and pages that fail", () => {
  it("keeps every list equal to the log", async () => {
    await fc.assert(property(null), { numRuns: 3000, interruptAfterTimeLimit: 30_000 });
  }, 60_000);

  it.each(plantedFaults)(
    "finds the planted fault: %s",
    async (planted) => {
      const { errorInstance } = await fc.check(property(planted), { numRuns: 5000, endOnFailure: true });
      expect(errorInstance).toBeInstanceOf(Violation);
    },
    60_000,
  );
});
