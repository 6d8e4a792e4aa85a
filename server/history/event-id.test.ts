import { expect, it } from "vitest";
import { newEventId } from "./event-id.js";

it("gives no id twice, and ids that grow with time", () => {
  const first = Array.from({ length: 3000 }, newEventId);
  expect(new Set(first).size).toBe(3000);
  for (const id of first)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const timeOf = (id: string) => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  const before = Date.now();
  expect(timeOf(newEventId())).toBeGreaterThanOrEqual(before);
  expect(timeOf(newEventId())).toBeLessThanOrEqual(Date.now());
});
