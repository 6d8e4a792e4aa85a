import { expect, it } from "vitest";
import { placesOf, shapes } from "./loads.js";

it.each([
  ["hot", 500],
  ["many", 20],
  ["multi", 100],
] as const)("%s: %i sockets in every room", (name, each) => {
  const places = placesOf(shapes[name]);
  const sizes = new Map<number, number>();
  for (const room of places.flat()) sizes.set(room, (sizes.get(room) ?? 0) + 1);
  expect([...sizes.values()]).toEqual(Array.from({ length: shapes[name].rooms }, () => each));
  expect(places.every((rooms) => new Set(rooms).size === shapes[name].roomsEach)).toBe(true);
});
