import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RoomEvent } from "./room-events.js";
import { foldRoom, type FoldedMessage } from "./room-state.js";
import { createTimeline } from "./timeline.js";
import type { User } from "./values.js";

const ann: User = { id: "ann", name: "Ann", role: "member" };
const bob: User = { id: "bob", name: "Bob", role: "member" };
const base = (offset: number, sender = ann) => ({
  offset,
  id: `e${offset}`,
  at: offset * 1000,
  sender,
  clientId: `c${offset}`,
});
const message = (offset: number, text = `text ${offset}`): RoomEvent => ({
  ...base(offset),
  kind: "message",
  text,
});
const edit = (offset: number, target: string, text: string): RoomEvent => ({
  ...base(offset),
  kind: "edit",
  target,
  text,
});
const remove = (offset: number, target: string, sender = ann): RoomEvent => ({
  ...base(offset, sender),
  kind: "delete",
  target,
});
const reaction = (offset: number, target: string, sender: User, on = true, emoji = "👍"): RoomEvent => ({
  ...base(offset, sender),
  kind: "reaction",
  target,
  emoji,
  on,
});
const joined = (offset: number): RoomEvent => ({
  offset,
  id: `e${offset}`,
  at: 0,
  sender: ann,
  kind: "member",
  change: "join",
  user: bob,
});

const messages = (events: RoomEvent[]) =>
  foldRoom(events).filter((entry): entry is FoldedMessage => entry.kind === "message");
const texts = (events: RoomEvent[]) => messages(events).map(({ text }) => text);
const reactions = (events: RoomEvent[]) =>
  messages(events)[0]?.reactions.map(({ emoji, users }) => `${emoji} ${users.map(({ id }) => id).join()}`);

describe("foldRoom", () => {
  it("keeps an edited message at its place, with its last text and when it was given", () => {
    const log = [message(1), message(2), edit(3, "e1", "first"), edit(4, "e1", "second")];
    expect(texts(log)).toEqual(["second", "text 2"]);
    expect(messages(log).map(({ editedAt }) => editedAt)).toEqual([4000, null]);
  });

  it("empties a deleted message, tells who did it, and ignores what is done to it later", () => {
    const log = [message(1), reaction(2, "e1", bob), edit(3, "e1", "x"), remove(4, "e1", bob)];
    const gone = { text: "", deleted: true, deletedBy: bob, editedAt: null, reactions: [] };
    expect(messages(log)).toMatchObject([gone]);
    expect(messages([...log, edit(5, "e1", "back"), reaction(6, "e1", ann)])).toMatchObject([gone]);
  });

  it("takes an empty text as deleted: that is how the log tells it to those who come later", () => {
    const log = [message(1, ""), edit(2, "e1", ""), reaction(3, "e1", bob)];
    expect(messages(log)).toMatchObject([{ deleted: true, deletedBy: null, editedAt: null, reactions: [] }]);
    expect(messages([...log, remove(4, "e1", bob)])).toMatchObject([{ deleted: true, deletedBy: bob }]);
  });

  it("counts each user once for an emoji, until he takes it back", () => {
    const log = [
      message(1),
      reaction(2, "e1", ann),
      reaction(3, "e1", bob),
      reaction(4, "e1", ann),
      reaction(5, "e1", ann, true, "🎉"),
    ];
    expect(reactions(log)).toEqual(["👍 bob,ann", "🎉 ann"]);
    expect(reactions([...log, reaction(6, "e1", bob, false), reaction(7, "e1", bob, false)])).toEqual([
      "👍 ann",
      "🎉 ann",
    ]);
    expect(reactions([message(1), reaction(2, "e1", ann), reaction(3, "e1", ann, false)])).toEqual([]);
  });

  it("shows notices about members and the room among the messages", () => {
    const title: RoomEvent = { ...joined(3), kind: "room", change: "title", value: "New" };
    expect(foldRoom([message(1), joined(2), title]).map(({ kind }) => kind)).toEqual([
      "message",
      "member",
      "room",
    ]);
  });

  it("leaves out what targets an older message, until that one is read", () => {
    const later = [edit(3, "e1", "new"), reaction(4, "e1", bob), message(5)];
    expect(texts(later)).toEqual(["text 5"]);
    expect(messages([message(1), message(2), ...later])).toMatchObject([
      { text: "new", reactions: [{ emoji: "👍", users: [bob] }] },
      { text: "text 2" },
      { text: "text 5" },
    ]);
  });

  it("does not change what an earlier fold answered", () => {
    const log = [message(1), reaction(2, "e1", ann)];
    const before = messages(log)[0];
    foldRoom([...log, reaction(3, "e1", bob), edit(4, "e1", "new")]);
    expect(before).toMatchObject({ text: "text 1", reactions: [{ users: [ann] }] });
  });
});

type Draw = {
  kind: "message" | "edit" | "delete" | "reaction" | "member";
  target: number;
  of: User;
  on: boolean;
};
const draw: fc.Arbitrary<Draw> = fc.record({
  kind: fc.constantFrom<Draw["kind"]>("message", "message", "edit", "edit", "delete", "reaction", "member"),
  target: fc.nat(20),
  of: fc.constantFrom(ann, bob),
  on: fc.boolean(),
});

function logOf(draws: Draw[]): RoomEvent[] {
  return draws.map(({ kind, target, of, on }, index) => {
    const offset = index + 1;
    const id = `e${(target % offset) + 1}`;
    if (kind === "message") return message(offset);
    if (kind === "edit") return edit(offset, id, `edit ${offset}`);
    if (kind === "delete") return remove(offset, id, of);
    if (kind === "reaction") return reaction(offset, id, of, on);
    return joined(offset);
  });
}

describe("a room read in any pieces", () => {
  it("is what its whole log is, and known events change nothing", () => {
    const pieces = fc.array(fc.record({ live: fc.boolean(), size: fc.integer({ min: 1, max: 8 }) }));
    fc.assert(
      fc.property(fc.array(draw, { maxLength: 40 }), fc.nat(40), pieces, (draws, cut, steps) => {
        const log = logOf(draws);
        const page = (events: RoomEvent[], head = log.length) => ({
          events,
          head,
          floor: 1,
          epoch: "e",
          truncated: false,
        });
        const timeline = createTimeline();
        let first = Math.min(cut, log.length);
        let last = first;
        timeline.fill(page([], last));
        for (const { live, size } of [...steps, { live: false, size: 40 }, { live: true, size: 40 }]) {
          if (live) {
            timeline.merge({ room: "r", epoch: "e", events: log.slice(last, last + size) });
            last = Math.min(last + size, log.length);
          } else {
            timeline.prepend(page(log.slice(Math.max(0, first - size), first)));
            first = Math.max(0, first - size);
          }
          expect(foldRoom(timeline.events())).toEqual(foldRoom(log.slice(first, last)));
        }
        timeline.merge({ room: "r", epoch: "e", events: log });
        timeline.fill(page(log));
        expect(foldRoom(timeline.events())).toEqual(foldRoom(log));
      }),
      { numRuns: 300 },
    );
  });
});
