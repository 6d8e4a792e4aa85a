import { expect, it } from "vitest";
import { createLedger } from "./ledger.js";

it("follows a message from its due time to its last delivery", () => {
  const ledger = createLedger();
  let seen = 0;
  ledger.onSeen = () => (seen += 1);
  const number = ledger.begin(1000, 2);
  ledger.delivered(number, 1010);
  expect([ledger.unseen(), ledger.unanswered(), seen]).toEqual([1, 1, 0]);
  ledger.acked(number, 1005);
  ledger.delivered(number, 1020);
  expect([ledger.unseen(), ledger.unanswered(), seen]).toEqual([0, 0, 1]);
  const tally = ledger.tally();
  expect(tally).toMatchObject({ messages: 1, acked: 1, deliveries: 2, expected: 2, gaps: 0, repeats: 0 });
  expect(tally.deliveryP50).toBeCloseTo(10, 0);
  expect(tally.deliveryP99).toBeCloseTo(20, 0);
  expect(tally.ackP50).toBeCloseTo(5, 0);
});

it("tells what never came, and what came to more than there are", () => {
  const ledger = createLedger();
  const [lost, doubled] = [ledger.begin(0, 3), ledger.begin(0, 1)];
  ledger.delivered(lost, 1);
  ledger.delivered(doubled, 1);
  ledger.delivered(doubled, 2);
  expect(ledger.tally()).toMatchObject({ gaps: 2, repeats: 1 });
});

it("expects no delivery of what was refused, and keeps the reason", () => {
  const ledger = createLedger();
  ledger.refused(ledger.begin(0, 500), "rate_limited");
  expect(ledger.tally()).toMatchObject({ refused: 1, expected: 0, gaps: 0 });
  expect(ledger.unseen()).toBe(0);
  expect(ledger.refusal()).toBe("rate_limited");
});

it("counts anew after it was cleared", () => {
  const ledger = createLedger();
  ledger.delivered(ledger.begin(0, 1), 500);
  ledger.clear();
  expect(ledger.tally()).toMatchObject({ messages: 0, deliveries: 0, deliveryP99: 0 });
});
