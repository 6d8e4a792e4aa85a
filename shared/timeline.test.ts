import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RoomEvent, RoomPage } from "./room-events.js";
import { createTimeline, type Timeline, type TimelineResult } from "./timeline.js";

const event = (offset: number): RoomEvent => ({
  kind: "message",
  offset,
  id: `id-${offset}`,
  at: offset,
  sender: { id: "u", name: "Ann", role: "member" },
  text: `text ${offset}`,
  clientId: `c-${offset}`,
});
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => event(from + i));
const batch = (from: number, to = from, epoch = "e1") => ({
  room: "general",
  epoch,
  events: range(from, to),
});
const page = (from: number, to: number, rest: Partial<RoomPage> = {}): RoomPage => {
  return { events: range(from, to), head: to, floor: 1, epoch: "e1", truncated: false, ...rest };
};
const offsets = (timeline: Timeline) => timeline.events().map(({ offset }) => offset);

describe("a timeline", () => {
  it("shows nothing before its first page, then what came meanwhile too", () => {
    const timeline = createTimeline();
    expect(timeline.merge(batch(3))).toEqual({ shown: [], need: null });
    expect(timeline.position()).toBeNull();
    expect(timeline.fill(page(1, 2))).toEqual({ shown: range(1, 3), need: null });
    expect(offsets(timeline)).toEqual([1, 2, 3]);
  });

  it("starts with an empty room", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 0));
    expect(timeline.position()).toBe(0);
    expect(timeline.hasOlder()).toBe(false);
    expect(timeline.merge(batch(1)).shown).toEqual([event(1)]);
  });

  it("holds an early event and asks for what is missing", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 2));
    expect(timeline.merge(batch(4))).toEqual({ shown: [], need: { after: 2 } });
    expect(timeline.merge(batch(3))).toEqual({ shown: [event(3), event(4)], need: null });
  });

  it("drops what it knows and keeps the same array", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 3));
    const before = timeline.events();
    expect(timeline.merge(batch(2, 3))).toEqual({ shown: [], need: null });
    expect(timeline.fill(page(1, 3))).toEqual({ shown: [], need: null });
    expect(timeline.events()).toBe(before);
  });

  it("asks on while a page does not reach the head", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 2));
    expect(timeline.fill(page(3, 5, { head: 9 })).need).toEqual({ after: 5 });
    expect(timeline.fill(page(6, 9)).need).toBeNull();
  });

  it("begins anew with a truncated page and tells that there is older", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 3));
    timeline.fill(page(2000, 2049, { truncated: true }));
    expect(offsets(timeline)[0]).toBe(2000);
    expect(timeline.position()).toBe(2049);
    expect(timeline.hasOlder()).toBe(true);
  });

  it("takes older pages in front, each event once, until the floor", () => {
    const timeline = createTimeline();
    timeline.fill(page(10, 12, { floor: 6 }));
    timeline.prepend(page(8, 10, { head: 12, floor: 6 }));
    expect(offsets(timeline)).toEqual([8, 9, 10, 11, 12]);
    expect(timeline.hasOlder()).toBe(true);
    timeline.prepend(page(6, 7, { head: 12, floor: 6 }));
    expect(timeline.hasOlder()).toBe(false);
    timeline.prepend(page(1, 5, { head: 12, epoch: "e2" }));
    expect(offsets(timeline)[0]).toBe(6);
  });

  it("lets go of its oldest events, and reads them again like any older ones", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 10));
    timeline.trim(20);
    expect(offsets(timeline)).toHaveLength(10);
    timeline.trim(3);
    expect(offsets(timeline)).toEqual([8, 9, 10]);
    expect([timeline.position(), timeline.hasOlder()]).toEqual([10, true]);
    // Asked for before it was trimmed.
    timeline.prepend(page(1, 5));
    expect(offsets(timeline)).toEqual([8, 9, 10]);
    expect(timeline.merge(batch(11))).toEqual({ shown: range(11, 11), need: null });
    timeline.prepend(page(5, 7));
    expect(offsets(timeline)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  });

  it("drops everything when the epoch changes, and asks for the room anew", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 5));
    expect(timeline.merge(batch(3, 3, "e2"))).toEqual({ shown: [], need: "snapshot" });
    expect(timeline.events()).toEqual([]);
    timeline.fill(page(1, 3, { epoch: "e2" }));
    expect(offsets(timeline)).toEqual([1, 2, 3]);
  });

  it("asks for the room anew when a page is of another epoch: which is the later one it can not know", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 5));
    timeline.merge(batch(7));
    expect(timeline.fill(page(1, 2, { epoch: "e2" }))).toEqual({ shown: [], need: "snapshot" });
    timeline.fill(page(1, 2, { epoch: "e2" }));
    expect(offsets(timeline)).toEqual([1, 2]);
    expect(timeline.position()).toBe(2);
  });

  it("takes no early event of another epoch into its first page", () => {
    const timeline = createTimeline();
    timeline.merge(batch(3, 3, "e1"));
    expect(timeline.fill(page(1, 2, { epoch: "e2" }))).toEqual({ shown: [], need: "snapshot" });
    expect(timeline.fill(page(1, 2, { epoch: "e2" })).need).toBeNull();
    expect(offsets(timeline)).toEqual([1, 2]);
  });

  it("reads what follows when an empty batch tells of a restore that it knows already", () => {
    const timeline = createTimeline();
    const empty = { room: "general", epoch: "e1", events: [] };
    expect(timeline.merge(empty).need).toBeNull();
    timeline.fill(page(1, 2));
    expect(timeline.merge(empty).need).toEqual({ after: 2 });
  });

  it("takes no older page that does not reach its first event", () => {
    const timeline = createTimeline();
    timeline.fill(page(10, 12));
    timeline.fill(page(2000, 2049, { truncated: true }));
    timeline.prepend(page(5, 9, { head: 2049 }));
    expect(offsets(timeline)[0]).toBe(2000);
  });

  it("reads again what it could not hold, also when an older answer closes the gap", () => {
    const timeline = createTimeline();
    timeline.fill(page(1, 0));
    expect(timeline.merge(batch(2)).need).toEqual({ after: 0 });
    timeline.merge(batch(3, 80));
    // The answer was read before the others were written.
    const { need } = timeline.fill(page(1, 2));
    expect(timeline.position()).toBe(65);
    expect(need).toEqual({ after: 65 });
  });

  it("reads again what it could not hold before its first page", () => {
    const timeline = createTimeline();
    timeline.merge(batch(1, 80));
    expect(timeline.fill(page(1, 0)).need).toEqual({ after: 64 });
  });
});

// The model: a log, a net that loses, doubles and reorders, a client that follows what its timeline asks for. What was
// lost comes once more in the end, as the nodes' head poll does; nothing else brings it back.

const catchUpMax = 12;
const snapshotSize = 5;

type Action =
  | { do: "append"; count: number }
  | { do: "deliver"; index: number; again: boolean }
  | { do: "lose"; index: number }
  | { do: "ask"; limit: number }
  | { do: "join" }
  | { do: "older" }
  | { do: "restart" };

const index = fc.nat(20);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("append" as const), count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("append" as const), count: fc.integer({ min: 60, max: 90 }) }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("deliver" as const), index, again: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose" as const), index }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("ask" as const), limit: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Action>({ do: "join" }, { do: "older" }, { do: "restart" }) },
);

function checkRun(create: () => Timeline, actions: Action[]): void {
  const log: RoomEvent[] = [];
  let timeline = create();
  let need = null as TimelineResult["need"];
  let net: ({ live: RoomEvent[] } | { page: RoomPage })[] = [];
  const lost: RoomEvent[][] = [];

  const answer = (events: RoomEvent[], truncated = false) => ({
    page: { events, head: log.length, floor: 1, epoch: "e1", truncated },
  });
  const read = (after: number, limit: number) => answer(log.slice(after, after + limit));
  const join = (after: number | null) => {
    const snapshot = log.slice(-snapshotSize);
    if (after === null) return answer(snapshot);
    return log.length - after > catchUpMax ? answer(snapshot, true) : answer(log.slice(after));
  };
  const assertShown = () => {
    const shown = timeline.events();
    shown.forEach((one, i) => {
      if (one.offset !== (shown[0]?.offset ?? 0) + i)
        throw new Error(`out of order: ${offsets(timeline).join()}`);
      if (log[one.offset - 1]?.id !== one.id) throw new Error(`not in the log: ${one.offset}`);
    });
  };
  const apply = (input: (typeof net)[number]) => {
    const once = () =>
      "live" in input
        ? timeline.merge({ room: "general", epoch: "e1", events: input.live })
        : timeline.fill(input.page);
    need = once().need;
    assertShown();
    const before = offsets(timeline);
    const repeated = once();
    if (offsets(timeline).join() !== before.join() || repeated.shown.length > 0)
      throw new Error("the second time changed it");
  };

  apply(join(null));
  for (const step of actions) {
    const at = net.length === 0 ? 0 : ("index" in step ? step.index : 0) % net.length;
    const input = net[at];
    if (step.do === "append") {
      for (let i = 0; i < step.count; i += 1) {
        log.push(event(log.length + 1));
        net.push({ live: log.slice(-1) });
      }
    } else if (step.do === "deliver" && input) {
      if (!step.again) net.splice(at, 1);
      apply(input);
    } else if (step.do === "lose" && input) {
      net.splice(at, 1);
      if ("live" in input) lost.push(input.live);
      else need ??= { after: timeline.position() ?? 0 };
    } else if (step.do === "ask" && timeline.position() !== null) {
      net.push(read(timeline.position() ?? 0, step.limit));
    } else if (step.do === "join") {
      net.push(join(timeline.position()));
    } else if (step.do === "older") {
      const first = timeline.events()[0]?.offset ?? 1;
      timeline.prepend(answer(log.slice(Math.max(0, first - 4), first - 1)).page);
      assertShown();
    } else if (step.do === "restart") {
      timeline = create();
      net = net.filter((one) => "live" in one);
      apply(join(null));
    }
  }

  // The net heals.
  for (const input of net.splice(0)) apply(input);
  for (const live of lost) apply({ live });
  const ask = (rounds: number): void => {
    if (need === null) return;
    if (rounds > log.length + 5) throw new Error("asks for ever");
    apply(need === "snapshot" ? join(null) : read(need.after, 20));
    ask(rounds + 1);
  };
  ask(0);
  const shown = offsets(timeline);
  if ((shown.at(-1) ?? 0) !== log.length)
    throw new Error(`shows up to ${shown.at(-1)}, the log ends at ${log.length}`);
  if (shown.length === 0 && log.length > 0) throw new Error("shows nothing");
}

const property = (create: () => Timeline) =>
  fc.property(fc.array(action, { maxLength: 60 }), (actions) => checkRun(create, actions));

type Fault =
  "none" | "no dedupe" | "no holding" | "fill ignored" | "no need" | "drops too many without asking";

/** A second, simpler timeline with one planted fault. */
function createMutant(fault: Fault): Timeline {
  let shown: RoomEvent[] = [];
  let next: number | null = null;
  let dropped = 0;
  const held = new Map<number, RoomEvent>();

  function take(events: readonly RoomEvent[], head: number): TimelineResult {
    const ready: RoomEvent[] = [];
    if (fault === "no dedupe" || fault === "no holding") {
      for (const one of events) {
        if (fault === "no holding" && next !== null && one.offset < next) continue;
        ready.push(one);
        next = Math.max(next ?? 0, one.offset + 1);
      }
    } else {
      for (const one of events) if (next === null || one.offset >= next) held.set(one.offset, one);
      for (let one = next === null ? undefined : held.get(next); one && next !== null; one = held.get(next)) {
        held.delete(next);
        ready.push(one);
        next += 1;
      }
      for (const offset of held.keys()) if (next !== null && offset < next) held.delete(offset);
      for (const offset of [...held.keys()].sort((a, b) => a - b).slice(64)) {
        if (fault !== "drops too many without asking") dropped = Math.max(dropped, offset);
        held.delete(offset);
      }
    }
    shown = [...shown, ...ready];
    const missing = next !== null && (held.size > 0 || Math.max(head, dropped) >= next);
    return {
      shown: ready,
      need: missing && next !== null && fault !== "no need" ? { after: next - 1 } : null,
    };
  }

  return {
    merge(input) {
      if (next !== null) return take(input.events, 0);
      for (const one of input.events) held.set(one.offset, one);
      return { shown: [], need: null };
    },
    fill(input) {
      if (next === null || (input.truncated && input.head >= next)) {
        shown = [];
        next = input.events[0]?.offset ?? input.head + 1;
      } else if (fault === "fill ignored") return { shown: [], need: null };
      return take(input.events, input.head);
    },
    prepend() {},
    trim() {},
    events: () => shown,
    position: () => (next === null ? null : next - 1),
    hasOlder: () => (shown[0]?.offset ?? 1) > 1,
  };
}

describe("over a net that loses, doubles and reorders", () => {
  it("shows the log in the end, in order and without holes at every moment", () => {
    fc.assert(property(createTimeline), { numRuns: 1500 });
  });

  it("holds for a second implementation too, so that the planted faults are what fails", () => {
    fc.assert(
      property(() => createMutant("none")),
      { numRuns: 500 },
    );
  });

  it.each<Fault>(["no dedupe", "no holding", "fill ignored", "no need", "drops too many without asking"])(
    "finds a timeline with the fault: %s",
    (fault) => {
      const found = fc.check(
        property(() => createMutant(fault)),
        { numRuns: 3000 },
      );
      expect(found.failed).toBe(true);
    },
  );
});
