import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RoomEvent } from "../../shared/room-events.js";
import { createRecentEvents } from "./recent.js";

const base = (offset: number) => ({
  offset,
  id: `id-${offset}`,
  at: offset,
  sender: { id: "u", name: "Ann", role: "member" as const },
  clientId: `c-${offset}`,
});
const message = (offset: number): RoomEvent => ({ ...base(offset), kind: "message", text: `text ${offset}` });
const deletion = (offset: number, of: number): RoomEvent => ({
  ...base(offset),
  kind: "delete",
  target: `id-${of}`,
});
const edit = (offset: number, of: number): RoomEvent => ({
  ...base(offset),
  kind: "edit",
  target: `id-${of}`,
  text: "edited",
});
const batch = (events: RoomEvent[], room = "general", epoch = "e1") => ({ room, epoch, events });
const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

describe("recent events", () => {
  it("are given only where all of them are there", () => {
    const recent = createRecentEvents();
    recent.keep(batch(messages(5, 6)));
    recent.keep(batch([message(8)]));
    expect(recent.between("general", "e1", 4, 6)).toEqual(messages(5, 6));
    expect(recent.between("general", "e1", 5, 8)).toBeNull();
    expect(recent.between("general", "e1", 3, 6)).toBeNull();
    expect(recent.between("general", "e1", 6, 7)).toBeNull();
    recent.keep(batch([message(7)]));
    expect(recent.between("general", "e1", 4, 8)).toEqual(messages(5, 8));
    expect(recent.between("other", "e1", 4, 8)).toBeNull();
  });

  it("of another epoch are forgotten", () => {
    const recent = createRecentEvents();
    recent.keep(batch(messages(1, 3)));
    expect(recent.between("general", "e2", 0, 3)).toBeNull();
    recent.keep(batch([message(1)], "general", "e2"));
    expect(recent.between("general", "e2", 0, 1)).toEqual([message(1)]);
    expect(recent.between("general", "e1", 0, 3)).toBeNull();
  });

  it("hold no words of a deleted message, whichever came first", () => {
    const log = [message(1), edit(2, 1), message(3), deletion(4, 1)];
    fc.assert(
      fc.property(fc.shuffledSubarray(log, { minLength: 4 }), (order) => {
        const recent = createRecentEvents();
        // A node knows a room from its lowest event on.
        recent.keep(batch([{ ...message(0), offset: 0 }]));
        for (const event of order) recent.keep(batch([event]));
        const texts = recent
          .between("general", "e1", 0, 4)
          ?.map((event) => ("text" in event ? event.text : ""));
        expect(texts).toEqual(["", "", "text 3", ""]);
      }),
    );
  });

  it("are bounded by room and in all; the room not heard of for longest goes first", () => {
    const recent = createRecentEvents(3, 5);
    recent.keep(batch(messages(1, 9), "a"));
    expect(recent.between("a", "e1", 5, 9)).toBeNull();
    expect(recent.between("a", "e1", 6, 9)).toEqual(messages(7, 9));
    recent.keep(batch(messages(1, 2), "b"));
    recent.keep(batch([message(10)], "a"));
    recent.keep(batch([message(1)], "c"));
    expect(recent.between("b", "e1", 0, 2)).toBeNull();
    expect(recent.between("a", "e1", 7, 10)).toEqual(messages(8, 10));
    recent.forget("a");
    expect(recent.between("a", "e1", 7, 10)).toBeNull();
  });
});
