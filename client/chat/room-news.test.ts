import { describe, expect, it } from "vitest";
import type { Room } from "../../shared/http.js";
import type { RoomEvent, RoomEvents } from "../../shared/room-events.js";
import { concerns, renamed } from "./room-news.js";

const ann = { id: "ann", name: "Ann", role: "member" as const };
const base = { offset: 1, id: "e", at: 0, sender: ann };
const room = (id: string): Room => ({
  id,
  title: id,
  topic: "",
  visibility: "public",
  head: 0,
  role: null,
  read: 0,
});
const batch = (...events: RoomEvent[]): RoomEvents => ({ room: "a", epoch: "e", events });
const change = (what: "created" | "title" | "topic", value: string): RoomEvent => ({
  ...base,
  kind: "room",
  change: what,
  value,
});

describe("news of a room", () => {
  it("give it its last title and topic, and leave the others alone", () => {
    const rooms = [room("a"), room("b")];
    const news = batch(change("title", "One"), change("topic", "x"), change("title", "Two"));
    expect(renamed(rooms, news)).toEqual([{ ...room("a"), title: "Two", topic: "x" }, room("b")]);
    expect(renamed(rooms, batch(change("created", "One")))).toBe(rooms);
  });

  it("concern the user whose membership changed", () => {
    const left: RoomEvent = { ...base, kind: "member", change: "leave", user: { id: "bob", name: "Bob" } };
    expect([concerns("bob", batch(left)), concerns("ann", batch(left))]).toEqual([true, false]);
  });
});
