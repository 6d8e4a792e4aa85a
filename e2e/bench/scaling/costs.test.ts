import { expect, it } from "vitest";
import type { Row } from "../figures.js";
import { costsOf } from "./costs.js";
import { measuredRows } from "./sample.js";

it("solves a message and a delivery out of two loads", () => {
  // 20 deliveries and a message are 20 × 20 µs, 500 and a message 500 × 10 µs.
  const costs = costsOf(measuredRows({ many: 20, hot: 10 }));
  const delivery = (5000 - 400) / 480;
  expect(costs?.delivery).toBeCloseTo(delivery);
  expect(costs?.message.node).toBeCloseTo(400 - 20 * delivery);
  expect(costs?.furtherNode).toBe(150);
  expect(costs?.roomBeat).toMatchObject({ node: 90, redis: 90 });
});

it("knows no price of what was not measured", () => {
  const rows = measuredRows({ many: 20, hot: 10 });
  expect(costsOf(rows)).not.toBeNull();
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  for (const missing of scenarios)
    expect(costsOf(rows.filter(({ scenario }: Row) => scenario !== missing))).toBeNull();
});
