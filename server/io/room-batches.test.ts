import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RoomEvent, RoomEvents } from "../../shared/room-events.js";
import { createRoomBatches } from "./room-batches.js";

const event = (offset: number) => ({ offset, kind: "message" }) as RoomEvent;
const batch = (room: string, epoch: string, ...offsets: number[]): RoomEvents => ({
  room,
  epoch,
  events: offsets.map(event),
});
const told = (batches: RoomEvents[]) =>
  batches.map(
    ({ room, epoch, events }) => `${room}/${epoch}: ${events.map(({ offset }) => offset).join(" ")}`,
  );

describe("waiting room events", () => {
  it("leave as one batch a room, in the order of their offsets", () => {
    const batches = createRoomBatches();
    for (const each of [batch("a", "1", 1, 2), batch("b", "1", 7), batch("a", "1", 4), batch("a", "1", 3)])
      batches.add(each);
    expect(told(batches.take())).toEqual(["a/1: 1 2 3 4", "b/1: 7"]);
    expect(batches.take()).toEqual([]);
  });

  it("leave apart where the epoch changes, the empty batch that says so too", () => {
    const batches = createRoomBatches();
    for (const each of [batch("a", "1", 9), batch("a", "2"), batch("a", "2", 1)]) batches.add(each);
    expect(told(batches.take())).toEqual(["a/1: 9", "a/2: 1"]);
  });

  it("change nothing of what they were given", () => {
    const batches = createRoomBatches();
    const given = [batch("a", "1", 2), batch("a", "1", 1)];
    for (const each of given) batches.add(each);
    batches.take();
    expect(given).toEqual([batch("a", "1", 2), batch("a", "1", 1)]);
  });

  it("are all there, whatever comes, in batches of bounded size", () => {
    const some = fc.record({
      room: fc.constantFrom("a", "b"),
      epoch: fc.constantFrom("1", "2"),
      offsets: fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 150 }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), (all) => {
        const batches = createRoomBatches();
        for (const { room, epoch, offsets } of all) batches.add(batch(room, epoch, ...offsets));
        const taken = batches.take();
        const each = (list: { room: string; epoch: string; offsets: number[] }[]) =>
          list.flatMap(({ room, epoch, offsets }) => offsets.map((n) => `${room}${epoch} ${n}`)).sort();
        const out = taken.map(({ room, epoch, events }) => ({
          room,
          epoch,
          offsets: events.map((e) => e.offset),
        }));
        expect(each(out)).toEqual(each(all));
        expect(Math.max(0, ...taken.map(({ events }) => events.length))).toBeLessThanOrEqual(200);
      }),
    );
  });
});
