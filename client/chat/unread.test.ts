import { describe, expect, it } from "vitest";
import type { RoomEvent } from "../../shared/room-events.js";
import { countUnread, sumUnread, unreadText } from "./unread.js";

const event = (offset: number, sender: string): RoomEvent => ({
  offset,
  kind: "message",
  id: `m${offset}`,
  clientId: `c${offset}`,
  at: 0,
  sender: { id: sender, name: sender, role: "member" },
  text: "text",
});
const done = (offset: number, rest: object): RoomEvent =>
  ({ ...event(offset, "ann"), ...rest, target: "m3" }) as RoomEvent;

describe("countUnread", () => {
  it("counts messages of others after the offset read", () => {
    const log = [event(1, "ann"), event(2, "me"), event(3, "ann"), event(4, "bob")];
    expect([0, 1, 3, 4].map((read) => countUnread(log, read, "me").count)).toEqual([3, 2, 1, 0]);
  });

  it("counts no edits and reactions, and no message that was deleted since", () => {
    const log = [
      event(3, "ann"),
      done(4, { kind: "edit" }),
      done(5, { kind: "reaction", emoji: "👍", on: true }),
    ];
    expect(countUnread(log, 2, "me").count).toBe(1);
    expect(countUnread([...log, done(6, { kind: "delete" })], 2, "me").count).toBe(0);
    expect(countUnread([{ ...event(3, "ann"), text: "" } as RoomEvent], 2, "me").count).toBe(0);
  });

  it("says when there are more than are loaded", () => {
    expect(countUnread([event(8, "ann")], 7, "me")).toEqual({ count: 1, more: false });
    expect(countUnread([event(8, "ann")], 3, "me")).toEqual({ count: 1, more: true });
    expect(countUnread([event(8, "me")], 3, "me")).toEqual({ count: 0, more: false });
  });
});

describe("unreadText", () => {
  it("is short", () => {
    const counts = [
      { count: 7, more: false },
      { count: 50, more: true },
      { count: 100, more: true },
    ];
    expect(counts.map(unreadText)).toEqual(["7", "50+", "99+"]);
    expect(unreadText(sumUnread(counts.slice(0, 2)))).toBe("57+");
  });
});
