import type { BenchResult } from "../result.js";
import { costsOf, neededScenarios } from "./costs.js";
import { crowdTable } from "./crowd-table.js";
import { pairTable, priceTable, triedTable } from "./price-tables.js";
import { sizeTables } from "./size-tables.js";

/** What docs/scaling.md says in figures; null where the result lacks some of them. */
export function scalingSections({ rows, machine, at, rounds }: BenchResult): string | null {
  const costs = costsOf(rows);
  if (costs === null) return null;
  const of = `From measurements of ${at.slice(0, 10)} (${neededScenarios.join(", ")}), medians of ${rounds} rounds: ${machine}.`;
  return [
    of,
    "### Prices (measured)",
    priceTable(costs),
    "### Each node for every other (model)",
    pairTable(costs),
    "### Three sizes (model)",
    sizeTables(costs),
    "### Placement, tried on three nodes (measured)",
    triedTable(rows),
    "### Placement in a crowd of 20,000 on 20 nodes (simulation)",
    crowdTable(costs),
  ].join("\n\n");
}
