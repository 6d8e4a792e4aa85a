import { describe, expect, it } from "vitest";
import type { RoomEvent } from "../../shared/room-events.js";
import { createMessageRows } from "./message-rows.js";

const me = { id: "me", name: "Me", role: "member" as const };
const ann = { id: "ann", name: "Ann", role: "member" as const };
const noon = new Date(2026, 4, 1, 12).getTime();
const minute = 60_000;

const message = (offset: number, sender: typeof me, at: number): RoomEvent => ({
  offset,
  kind: "message",
  id: `m${offset}`,
  clientId: `c${offset}`,
  at,
  sender,
  text: "text",
});
const waiting = (clientId: string) => ({ room: "general", clientId, text: "text", error: null });
const shape = (rows: ReturnType<typeof createMessageRows>) =>
  rows.map((row) => `${row.key}${row.kind !== "day" && row.first ? " first" : ""}`);

describe("createMessageRows", () => {
  it("groups by sender and by five minutes", () => {
    const events = [
      message(1, ann, noon),
      message(2, ann, noon + minute),
      message(3, me, noon + minute),
      message(4, me, noon + 7 * minute),
    ];
    expect(shape(createMessageRows(events, [], me))).toEqual([
      "day 2026-5-1",
      "m1 first",
      "m2",
      "c3 first",
      "c4 first",
    ]);
  });

  it("starts each day once, even when a clock was set back", () => {
    const day = 24 * 60 * minute;
    const events = [
      message(1, ann, noon),
      message(2, ann, noon + day),
      message(3, ann, noon),
      message(4, ann, noon + day),
    ];
    const days = createMessageRows(events, [], me).filter((row) => row.kind === "day");
    expect(days.map((row) => row.key)).toEqual(["day 2026-5-1", "day 2026-5-2"]);
  });

  it("shows a message once, with the same key before and after its event", () => {
    const before = createMessageRows([message(1, ann, noon)], [waiting("c2"), waiting("c3")], me);
    expect(shape(before)).toEqual(["day 2026-5-1", "m1 first", "c2 first", "c3"]);
    const after = createMessageRows(
      [message(1, ann, noon), message(2, me, noon)],
      [waiting("c2"), waiting("c3")],
      me,
    );
    expect(shape(after)).toEqual(["day 2026-5-1", "m1 first", "c2 first", "c3"]);
    expect(after.filter((row) => row.kind === "waiting")).toHaveLength(1);
  });

  it("keeps somebody else's message with the same client id apart", () => {
    const rows = createMessageRows([message(2, ann, noon)], [waiting("c2")], me);
    expect(shape(rows)).toEqual(["day 2026-5-1", "m2 first", "c2 first"]);
  });

  it("passes over kinds it does not know", () => {
    const unknown = { ...message(1, ann, noon), kind: "reaction" } as unknown as RoomEvent;
    expect(createMessageRows([unknown], [], me)).toEqual([]);
  });
});
