import { expect, it } from "vitest";
import { createSequence, note } from "./sequence.js";

it("takes offsets one after the other", () => {
  const sequence = createSequence(4);
  expect([5, 6, 7].map((offset) => note(sequence, offset))).toEqual(["next", "next", "next"]);
  expect(sequence.missing).toBeNull();
});

it("finds a gap, and what comes out of it later", () => {
  const sequence = createSequence(0);
  expect([1, 4, 2].map((offset) => note(sequence, offset))).toEqual(["next", "early", "late"]);
  expect([...(sequence.missing ?? [])]).toEqual([3]);
  expect(note(sequence, 5)).toBe("next");
});

it("finds repeats, of what came in order and of what came late", () => {
  const sequence = createSequence(0);
  expect([1, 1, 3, 2, 2, 3].map((offset) => note(sequence, offset))).toEqual([
    "next",
    "repeated",
    "early",
    "late",
    "repeated",
    "repeated",
  ]);
});

it("takes what was there before it began as a repeat", () => {
  expect(note(createSequence(4), 4)).toBe("repeated");
});
