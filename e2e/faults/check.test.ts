import { describe, expect, it } from "vitest";
import type { ErrorBody } from "../../shared/errors.js";
import type { RoomEvent } from "../../shared/room-events.js";
import { check } from "./check.js";
import type { ActionRecord, RoomLog, RunRecord, View } from "./record.js";
import { rules, type Rule } from "./violation.js";

const room = "general";
const user = (id: string) => ({ id, name: id, role: "guest" as const });
const gone: ErrorBody = { code: "not_found", message: "gone", retryable: false };

type Planted = RunRecord & { log: RoomLog; ann: View; bob: View; say: ActionRecord };

/**
 * A sound run: Ann says m1, m2 and m3, edits m1, Bob reacts to m2, Ann deletes m3, and Bob's reaction to m3 comes
 * too late. Ann shows all; Bob opened his page anew after the third event.
 */
function soundRun(): Planted {
  const act = (who: string, offset: number, action: ActionRecord["action"]): ActionRecord => ({
    client: who,
    userId: who,
    action,
    invokedAt: offset,
    sentAt: [offset],
    acks: [{ at: offset, offset }],
    refusal: null,
  });
  const input = (clientId: string) => ({ room, clientId });
  const say = act("ann", 1, { name: "message:send", input: { ...input("c1"), text: "one" } });
  say.acks = [{ at: 1, offset: 1, id: "m1" }];
  const late = act("bob", 7, {
    name: "reaction:set",
    input: { ...input("c7"), target: "m3", emoji: "👍", on: true },
  });
  const actions = [
    say,
    act("ann", 2, { name: "message:send", input: { ...input("c2"), text: "two" } }),
    act("ann", 3, { name: "message:send", input: { ...input("c3"), text: "three" } }),
    act("ann", 4, { name: "message:edit", input: { ...input("c4"), target: "m1", text: "1" } }),
    act("bob", 5, { name: "reaction:set", input: { ...input("c5"), target: "m2", emoji: "👍", on: true } }),
    act("ann", 6, { name: "message:delete", input: { ...input("c6"), target: "m3" } }),
    { ...late, acks: [], refusal: { at: 7, error: gone } },
  ];
  const base = (offset: number, who: string) => ({
    offset,
    at: offset,
    sender: user(who),
    clientId: `c${offset}`,
  });
  const message = (offset: number, text: string): RoomEvent => ({
    ...base(offset, "ann"),
    id: `m${offset}`,
    kind: "message",
    text,
  });
  const eventsWith = (third: string): RoomEvent[] => [
    message(1, "one"),
    message(2, "two"),
    message(3, third),
    { ...base(4, "ann"), id: "e4", kind: "edit", target: "m1", text: "1" },
    { ...base(5, "bob"), id: "e5", kind: "reaction", target: "m2", emoji: "👍", on: true },
    { ...base(6, "ann"), id: "e6", kind: "delete", target: "m3" },
  ];
  const log = { head: 6, floor: 1, events: eventsWith("") };
  const view = (client: string, events: RoomEvent[], steps: View["steps"]): View => ({
    client,
    node: "node-1",
    room,
    openedAt: 0,
    closedAt: null,
    steps,
    events,
  });
  // Ann saw the words before they were deleted, Bob came later.
  const ann = view("ann", eventsWith("three"), [
    { at: 1, kept: 0, added: [1, 2] },
    { at: 3, kept: 2, added: [3] },
    { at: 6, kept: 3, added: [4, 5, 6] },
  ]);
  const bobBefore = { ...view("bob", eventsWith("three").slice(0, 3), []), closedAt: 3 };
  bobBefore.steps = [{ at: 3, kept: 0, added: [1, 2, 3] }];
  const bob = view("bob", eventsWith("").slice(2), [
    { at: 5, kept: 0, added: [3, 4, 5] },
    { at: 6, kept: 3, added: [6] },
  ]);
  const views = [ann, bobBefore, bob];
  return {
    actions,
    views,
    logs: { [room]: log },
    waiting: [],
    turnedAway: [],
    crashed: [],
    faults: [],
    log,
    ann,
    bob,
    say,
  };
}

const at = <T>(list: readonly T[], index: number): T => {
  const found = list.at(index);
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
};
const change = (events: readonly RoomEvent[], index: number, part: object): RoomEvent[] =>
  events.map((event, i) => (i === index ? { ...event, ...part } : event));

/** Each is a breach of its rule, planted into the sound run. */
const planted: [Rule, string, (run: Planted) => void][] = [
  ["lost", "an acked message is not in the log", ({ log }) => void log.events.splice(1, 1)],
  ["lost", "an ack told another offset", ({ say }) => void say.acks.push({ at: 2, offset: 2 })],
  ["lost", "an ack told another id", ({ say }) => void (at(say.acks, 0).id = "m2")],
  [
    "lost",
    "the log has other words",
    ({ log }) => void (log.events = change(log.events, 0, { text: "eno" })),
  ],
  [
    "lost",
    "words are gone that nobody deleted",
    ({ log }) => void (log.events = change(log.events, 1, { text: "" })),
  ],
  [
    "lost",
    "an action hit another message",
    ({ log }) => void (log.events = change(log.events, 3, { target: "m2" })),
  ],
  [
    "lost",
    "an action became another kind",
    ({ log }) => void (log.events = change(log.events, 4, { kind: "delete" })),
  ],
  ["lost", "a whole room is gone", ({ logs }) => void delete logs[room]],
  [
    "doubled",
    "an offset is used twice",
    ({ log }) => void (log.events = change(log.events, 1, { offset: 1 })),
  ],
  ["doubled", "an id is used twice", ({ log }) => void (log.events = change(log.events, 1, { id: "m1" }))],
  [
    "doubled",
    "a retry was stored again",
    ({ log }) => {
      log.events.push({ ...at(log.events, 0), id: "m7", offset: 7 });
      log.head = 7;
    },
  ],
  ["gap", "a number is missing", ({ log }) => void log.events.splice(2, 1)],
  ["gap", "the log ends before its head", ({ log }) => void (log.head = 7)],
  ["gap", "the log begins after its floor", ({ log }) => void log.events.shift()],
  ["stranger", "nobody did what is stored", ({ actions }) => void actions.splice(1, 1)],
  ["stranger", "a refused action was stored", ({ say }) => void (say.refusal = { at: 1, error: gone })],
  [
    "undeleted",
    "a deleted message keeps its words",
    ({ log }) => void (log.events = change(log.events, 2, { text: "three" })),
  ],
  [
    "undeleted",
    "an edit of a deleted message does",
    ({ log }) => void (log.events = change(log.events, 5, { target: "m1" })),
  ],
  ["unanswered", "a message got no ack", ({ say }) => void (say.acks = [])],
  [
    "unanswered",
    "a message was refused",
    ({ say }) => void Object.assign(say, { acks: [], refusal: { at: 1, error: gone } }),
  ],
  [
    "unanswered",
    "a refusal was not fair",
    ({ actions }) => void Object.assign(at(actions, 6).action.input, { target: "m2" }),
  ],
  [
    "waiting",
    "an outbox is not empty",
    ({ waiting }) => void waiting.push({ client: "ann", clientId: "c9" }),
  ],
  [
    "ownOrder",
    "a user's messages changed places",
    ({ actions }) => void actions.unshift(...actions.splice(1, 1)),
  ],
  ["shownOrder", "a later one came first", ({ ann }) => void (at(ann.steps, 0).added = [2, 1])],
  ["shownOrder", "one was shown twice", ({ ann }) => void (at(ann.steps, 1).added = [2, 3])],
  ["shownOrder", "one came too early", ({ ann }) => void (at(ann.steps, 1).added = [4])],
  [
    "shownOrder",
    "the view fell back",
    ({ ann }) => void ann.steps.push({ at: 7, kept: 0, added: [1, 2, 3, 4, 5, 6] }),
  ],
  ["shownOrder", "the view was emptied", ({ ann }) => void ann.steps.push({ at: 7, kept: 0, added: [] })],
  ["shownOrder", "something vanished from the view", ({ ann }) => void (at(ann.steps, 2).kept = 2)],
  ["shownOther", "a hole is in what is shown", ({ bob }) => void (bob.events = bob.events.toSpliced(1, 1))],
  [
    "shownOther",
    "other words are shown",
    ({ ann }) => void (ann.events = change(ann.events, 1, { text: "2" })),
  ],
  [
    "shownOther",
    "another sender is shown",
    ({ ann }) => void (ann.events = change(ann.events, 1, { sender: user("bob") })),
  ],
  [
    "shownOther",
    "a closed page showed another thing",
    ({ views }) => void (at(views, 1).events = change(at(views, 1).events, 0, { id: "x" })),
  ],
  [
    "shownOther",
    "one is shown twice in the end",
    ({ ann }) => void (ann.events = [...ann.events, at(ann.events, 5)]),
  ],
  [
    "shownFold",
    "words are still shown whose deletion is in the log before",
    ({ log, ann }) => {
      // The log has no delete event for it: only the words are gone.
      log.events = change(log.events, 1, { text: "" });
      ann.events = change(ann.events, 1, { text: "two" });
    },
  ],
  [
    "behind",
    "the last event is not shown",
    ({ bob }) => {
      bob.events = bob.events.slice(0, -1);
      bob.steps.pop();
    },
  ],
  ["crashed", "a node ended by itself", ({ crashed }) => void crashed.push("node-1")],
  [
    "turnedAway",
    "a session was lost",
    ({ turnedAway }) =>
      void turnedAway.push({ client: "ann", at: 1, what: "connection", code: "unauthenticated" }),
  ],
];

describe("check", () => {
  it("finds nothing in a sound run", () => {
    expect(check(soundRun())).toEqual([]);
  });

  it.each(planted)("finds what is %s: %s", (rule, _, plant) => {
    const record = soundRun();
    plant(record);
    expect(check(record).map((violation) => violation.rule)).toContain(rule);
  });

  it("has a planted breach for every rule", () => {
    expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(Object.keys(rules)));
  });
});
