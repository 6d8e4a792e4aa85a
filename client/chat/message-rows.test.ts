import { describe, expect, it } from "vitest";
import type { RoomEvent } from "../../shared/room-events.js";
import type { Action, Outgoing } from "../../shared/outbox.js";
import { createMessageRows, lastOwn } from "./message-rows.js";

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
const waitFor = (action: Action): Outgoing => ({ action, error: null });
const waiting = (clientId: string): Outgoing =>
  waitFor({ name: "message:send", input: { room: "general", clientId, text: "text" } });
const edit = (clientId: string, target: string, text: string): Outgoing =>
  waitFor({ name: "message:edit", input: { room: "general", clientId, target, text } });
const remove = (clientId: string, target: string): Outgoing =>
  waitFor({ name: "message:delete", input: { room: "general", clientId, target } });
const thumb = (clientId: string, target: string, on: boolean): Outgoing =>
  waitFor({ name: "reaction:set", input: { room: "general", clientId, target, emoji: "👍", on } });
const stored = (rows: ReturnType<typeof createMessageRows>) => rows.filter((row) => row.kind === "stored");
const refusal = { code: "forbidden", message: "no", retryable: false } as const;
const shape = (rows: ReturnType<typeof createMessageRows>) =>
  rows.map((row) => {
    const day = "day" in row && row.day !== null ? "day " : "";
    return `${day}${row.key}${"first" in row && row.first ? " first" : ""}`;
  });

describe("createMessageRows", () => {
  it("groups by sender and by five minutes", () => {
    const events = [
      message(1, ann, noon),
      message(2, ann, noon + minute),
      message(3, me, noon + minute),
      message(4, me, noon + 7 * minute),
    ];
    expect(shape(createMessageRows(events, [], me))).toEqual(["day m1 first", "m2", "c3 first", "c4 first"]);
  });

  it("starts each day once, even when a clock was set back", () => {
    const day = 24 * 60 * minute;
    const events = [
      message(1, ann, noon),
      message(2, ann, noon + day),
      message(3, ann, noon),
      message(4, ann, noon + day),
    ];
    const days = shape(createMessageRows(events, [], me)).filter((row) => row.startsWith("day"));
    expect(days).toEqual(["day m1 first", "day m2 first"]);
  });

  it("shows a message once, with the same key before and after its event", () => {
    const before = createMessageRows([message(1, ann, noon)], [waiting("c2"), waiting("c3")], me);
    expect(shape(before)).toEqual(["day m1 first", "c2 first", "c3"]);
    const after = createMessageRows(
      [message(1, ann, noon), message(2, me, noon)],
      [waiting("c2"), waiting("c3")],
      me,
    );
    expect(shape(after)).toEqual(["day m1 first", "c2 first", "c3"]);
    expect(after.filter((row) => row.kind === "waiting")).toHaveLength(1);
  });

  it("keeps somebody else's message with the same client id apart", () => {
    const rows = createMessageRows([message(2, ann, noon)], [waiting("c2")], me);
    expect(shape(rows)).toEqual(["day m2 first", "c2 first"]);
  });

  it("passes over kinds it does not know", () => {
    const unknown = { ...message(1, ann, noon), kind: "poll" } as unknown as RoomEvent;
    expect(createMessageRows([unknown], [], me)).toEqual([]);
  });

  it("shows what happened to members and the room, and starts a group after it", () => {
    const notice: RoomEvent = {
      offset: 2,
      kind: "member",
      id: "n2",
      at: noon,
      sender: ann,
      change: "join",
      user: me,
    };
    const rows = createMessageRows([message(1, ann, noon), notice, message(3, ann, noon)], [], me);
    expect(shape(rows)).toEqual(["day m1 first", "n2", "m3 first"]);
  });

  it("tells what a message answers, also one that waits", () => {
    const reply = { ...message(2, ann, noon), replyTo: "m1" } as RoomEvent;
    const old = { ...message(3, ann, noon), replyTo: "m0" } as RoomEvent;
    const waits = waitFor({
      name: "message:send",
      input: { room: "general", clientId: "c4", text: "x", replyTo: "m1" },
    });
    const rows = createMessageRows([message(1, me, noon), reply, old], [waits], me);
    const quotes = rows.map((row) => ("quote" in row ? row.quote : null));
    const first = stored(rows)[0]?.message;
    expect(quotes).toEqual([null, first, "older", first]);
  });
});

describe("what waits to be done to a message", () => {
  const log = [message(1, me, noon), message(2, ann, noon)];

  it("shows at once, and tells that it is not confirmed", () => {
    const [mine, other] = stored(
      createMessageRows(log, [edit("a", "m1", "new"), thumb("b", "m2", true)], me),
    );
    expect(mine).toMatchObject({ message: { text: "new" }, pending: "message:edit" });
    expect(other).toMatchObject({ message: { reactions: [{ users: [me] }] }, pending: "reaction:set" });
    expect(stored(createMessageRows(log, [remove("c", "m1")], me))[0]).toMatchObject({
      message: { deleted: true },
      pending: "message:delete",
    });
  });

  it("is done once when its event is there before the ack", () => {
    const [on, off] = [thumb("a", "m2", true), thumb("b", "m2", false)];
    const event: RoomEvent = {
      ...message(3, me, noon),
      clientId: "b",
      kind: "reaction",
      target: "m2",
      emoji: "👍",
      on: false,
    };
    const both = [
      ...log,
      { ...event, offset: 3, clientId: "a", on: true },
      { ...event, offset: 4 },
    ] as RoomEvent[];
    const rows = stored(createMessageRows(both, [on, off], me));
    expect(rows[1]).toMatchObject({ message: { reactions: [] }, pending: null });
  });

  it("is not done when it was refused: it has a row instead", () => {
    const rows = createMessageRows(log, [{ ...edit("a", "m1", "new"), error: refusal }], me);
    expect(stored(rows)[0]).toMatchObject({ message: { text: "text" }, pending: null });
    expect(rows.at(-1)).toMatchObject({ kind: "waiting", key: "a" });
  });
});

describe("lastOwn", () => {
  it("is the last own message that was not deleted", () => {
    const log = [message(1, me, noon), message(2, me, noon), message(3, ann, noon)];
    expect(lastOwn(createMessageRows(log, [], me))?.event.id).toBe("m2");
    expect(lastOwn(createMessageRows(log, [remove("a", "m2")], me))?.event.id).toBe("m1");
    expect(lastOwn(createMessageRows([], [waiting("c")], me))).toBeNull();
  });
});
