import { describe, expect, it } from "vitest";
import { measure, mergeMeasures } from "./measures.js";
import type { ActionRecord, FaultRecord, RunRecord, View } from "./record.js";
import { spread } from "./spread.js";

const room = "general";
const action = (offset: number, invokedAt: number, ackedAt: number): ActionRecord => ({
  client: "ann",
  userId: "ann",
  action: { name: "message:send", input: { room, clientId: `c${offset}`, text: "x" } },
  invokedAt,
  sentAt: [invokedAt],
  acks: [{ at: ackedAt, offset }],
  refusal: null,
});
const view = (client: string, node: string | null, openedAt: number, shown: [number, number][]): View => ({
  client,
  node,
  room,
  openedAt,
  closedAt: null,
  steps: shown.map(([offset, at], i) => ({ at, kept: i, added: [offset] })),
  events: [],
});
const fault = (name: string, startedAt: number, healedAt: number, together = false): FaultRecord => ({
  name,
  together,
  startedAt,
  healedAt,
  readyAt: healedAt,
});

/** The first event is ordinary; the second is committed at 2100 with Redis down, and shown late by Bob. */
function record(faults: FaultRecord[]): RunRecord {
  const sender = { id: "ann", name: "ann", role: "guest" as const };
  const event = (offset: number, at: number) =>
    ({ kind: "message", offset, id: `m${offset}`, at, sender, clientId: `c${offset}`, text: "x" }) as const;
  return {
    actions: [action(1, 1000, 1020), action(2, 2000, 2150)],
    views: [
      view("ann", "node-1", 0, [
        [1, 1020],
        [2, 2160],
      ]),
      view("bob", "node-2", 0, [
        [1, 1050],
        [2, 3400],
      ]),
      view("cid", null, 0, [
        [1, 1040],
        [2, 2200],
      ]),
      view("dan", "node-3", 2500, [[2, 9000]]),
    ],
    logs: { [room]: { head: 2, floor: 1, events: [event(1, 501_010), event(2, 502_100)] } },
    waiting: [],
    turnedAway: [],
    crashed: [],
    faults,
  };
}

describe("measure", () => {
  it("measures from the hand to the ack, and from the commit to every page open then", () => {
    const { acked, shown, sends } = measure(record([]), 500_000);
    expect(sends).toBe(2);
    expect(acked).toEqual([20, 150]);
    expect(shown).toEqual([40, 1300]);
  });

  it("gives a fault what was begun between it and the next one, and the time until nothing was late", () => {
    const { faults } = measure(
      record([fault("node-kill", 1500, 3000), fault("nginx-kill", 5000, 5000)]),
      500_000,
    );
    expect(faults["node-kill"]).toEqual({ times: 1, acked: [150], shown: [1300], recovery: [400] });
    expect(faults["nginx-kill"]).toEqual({ times: 1, acked: [], shown: [], recovery: [0] });
  });

  it("measures other nodes while Redis is down, by what came alone", () => {
    const alone = measure(record([fault("redis-kill", 1500, 3000)]), 500_000);
    expect(alone.redisDownAcross).toEqual([1300]);
    expect(alone.redisDown).toEqual({ actions: 1, acked: 1, ackedInTime: 1 });
    const pair = measure(record([fault("redis-kill", 1500, 3000, true)]), 500_000);
    expect(pair.redisDownAcross).toEqual([]);
    expect(Object.keys(pair.faults)).toEqual(["two at once"]);
  });

  it("puts several runs together", () => {
    const run = measure(record([fault("redis-kill", 1500, 3000)]), 500_000);
    const both = mergeMeasures([run, run]);
    expect(both).toMatchObject({ sends: 4, actions: 4, redisDown: { actions: 2, ackedInTime: 2 } });
    expect(both.faults["redis-kill"]).toMatchObject({ times: 2, recovery: [400, 400] });
  });
});

describe("spread", () => {
  it("tells the middle, the near-worst and the worst", () => {
    const durations = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect(spread(durations)).toEqual({ count: 200, p50: 101, p99: 199, max: 200 });
    expect(spread([])).toEqual({ count: 0, p50: 0, p99: 0, max: 0 });
  });
});
