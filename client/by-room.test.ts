import { expect, it } from "vitest";
import { byRoom, withRoom } from "./by-room.js";

it("knows a room of any id only when it was given, also after a change", () => {
  const none = byRoom<number>();
  expect(none["constructor"]).toBeUndefined();
  const some = withRoom(withRoom(none, "general", 1), "general", 2);
  expect(some["constructor"]).toBeUndefined();
  expect(withRoom(some, "constructor", 3)["constructor"]).toBe(3);
  expect({ ...some }).toEqual({ general: 2 });
  expect(byRoom(JSON.parse('{"general": 1}') as Record<string, number>)["constructor"]).toBeUndefined();
});
