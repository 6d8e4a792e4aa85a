import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PresenceDiff } from "../../shared/presence.js";
import type { User, UserRole } from "../../shared/values.js";
import { createMetrics } from "../metrics/metrics.js";
import { silent } from "../test/services.js";
import { createPresence, type PresencePorts } from "./presence.js";
import type { PresenceStore } from "./store.js";
import { countByRole } from "./told.js";

const user = (name: string, role: UserRole = "member"): User => ({ id: `id-${name}`, name, role });
const [ann, bob] = [user("Ann"), user("Bob", "guest")];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function build(mode: PresencePorts["mode"] = "on", store: PresenceStore | null = null) {
  const outage = { on: false };
  const diffs: PresenceDiff[] = [];
  const presence = createPresence({
    mode,
    store,
    isDegraded: () => outage.on,
    debounceMs: 500,
    hint: () => undefined,
    emitDiff: (diff) => void diffs.push(diff),
    metrics: createMetrics(),
    log: silent,
  });
  const said = async (ms = 500) => {
    await vi.advanceTimersByTimeAsync(ms);
    return diffs.splice(0);
  };
  return { presence, said, outage };
}

it("counts users by role", () => {
  expect(countByRole([])).toEqual({ guests: 0, members: 0, admins: 0 });
  expect(countByRole([ann, bob, user("Eve", "admin"), user("Cy")])).toEqual({
    guests: 1,
    members: 2,
    admins: 1,
  });
});

describe("presence of one node alone", () => {
  it("tells a room who came and the cluster how many, together after the debounce", async () => {
    const { presence, said } = build();
    presence.connect("s1", ann);
    presence.enter("s1", "general");
    presence.connect("s2", bob);
    presence.enter("s2", "general");
    expect(await said(499)).toEqual([]);
    const counts = { guests: 1, members: 1, admins: 0 };
    expect(await said(1)).toEqual([
      { room: "general", counts, joined: [ann, bob], left: [] },
      { counts, joined: [], left: [] },
    ]);
    expect(presence.roomState("general")).toEqual({ room: "general", counts, users: [ann, bob] });
    expect(presence.globalState()).toEqual({ counts, users: [] });
  });

  it("counts a user with several sockets once, until the last one goes", async () => {
    const { presence, said } = build();
    presence.connect("s0", bob);
    presence.enter("s0", "general");
    for (const socket of ["s1", "s2"]) {
      presence.connect(socket, ann);
      presence.enter(socket, "general");
    }
    expect((await said())[1]?.counts.members).toBe(1);
    presence.disconnect("s1");
    expect(await said()).toEqual([]);
    presence.disconnect("s2");
    const counts = { guests: 1, members: 0, admins: 0 };
    expect(await said()).toEqual([
      { room: "general", counts, joined: [], left: [ann] },
      { counts, joined: [], left: [] },
    ]);
  });

  it("tells nothing of a reconnect within the debounce", async () => {
    const { presence, said } = build();
    presence.connect("s1", ann);
    presence.enter("s1", "general");
    await said();
    presence.disconnect("s1");
    presence.connect("s2", ann);
    presence.enter("s2", "general");
    expect(await said()).toEqual([]);
  });

  it("tells the room when a user leaves it and stays online", async () => {
    const { presence, said } = build();
    for (const [socket, who] of [
      ["s1", ann],
      ["s2", bob],
    ] as const) {
      presence.connect(socket, who);
      presence.enter(socket, "general");
    }
    await said();
    presence.leave("s1", "general");
    presence.leave("s1", "general");
    const counts = { guests: 1, members: 0, admins: 0 };
    expect(await said()).toEqual([{ room: "general", counts, joined: [], left: [ann] }]);
    expect(presence.globalState().counts.members).toBe(1);
  });

  it("tells another role at once, in the room and in the counts, once for several sockets", async () => {
    const { presence, said } = build();
    for (const socket of ["s1", "s2"]) {
      presence.connect(socket, ann);
      presence.enter(socket, "general");
    }
    await said();
    const admin = { ...ann, role: "admin" as const };
    for (const socket of ["s1", "s2"]) presence.update(socket, admin);
    const counts = { guests: 0, members: 0, admins: 1 };
    expect(await said()).toEqual([
      { room: "general", counts, joined: [admin], left: [] },
      { counts, joined: [], left: [] },
    ]);
    presence.update("s1", admin);
    expect(await said()).toEqual([]);
    presence.disconnect("s1");
    presence.disconnect("s2");
    expect((await said()).at(-1)?.counts.admins).toBe(0);
  });

  it("names no one when only counts are wanted", async () => {
    const { presence, said } = build("counts");
    presence.connect("s1", ann);
    presence.enter("s1", "general");
    expect(await said()).toEqual([{ counts: { guests: 0, members: 1, admins: 0 }, joined: [], left: [] }]);
  });

  it("is silent when it is off", async () => {
    const { presence, said } = build("off");
    presence.connect("s1", ann);
    presence.enter("s1", "general");
    expect(await said(60_000)).toEqual([]);
  });
});

/** What the nodes lease, without rooms; it may lose all of it. */
function fakeStore() {
  const leased = new Map<string, User>();
  const store: PresenceStore = {
    async renew(users) {
      for (const each of users) leased.set(each.id, each);
    },
    depart: async ({ id }) => void leased.delete(id),
    leaveRoom: async () => {},
    sweep: async () => [],
    prune: async () => {},
    counts: async () => countByRole(leased.values()),
    inRoom: async () => [],
  };
  return { store, leased };
}

/** A node with Ann, and Eve on another one. */
async function buildWithEve() {
  const shared = fakeStore();
  const built = build("on", shared.store);
  const eve = user("Eve");
  shared.leased.set(eve.id, eve);
  built.presence.connect("s1", ann);
  expect((await built.said())[0]?.counts.members).toBe(2);
  return { ...shared, ...built };
}

it("gives up with the last ones who went a moment before it closed", async () => {
  const { store, leased } = fakeStore();
  const { presence, said } = build("on", store);
  presence.connect("s1", ann);
  presence.connect("s2", bob);
  await said();
  presence.disconnect("s2");
  await presence.close();
  expect([...leased.keys()]).toEqual([]);
});

describe("presence after an outage of Redis", () => {
  it("takes away who left meanwhile", async () => {
    const { store, leased } = fakeStore();
    const { presence, said, outage } = build("on", store);
    presence.connect("s1", ann);
    presence.connect("s2", bob);
    await said();
    outage.on = true;
    presence.disconnect("s2");
    await said();
    expect([...leased.keys()]).toEqual([ann.id, bob.id]);
    outage.on = false;
    presence.resume();
    await said();
    expect([...leased.keys()]).toEqual([ann.id]);
  });

  it("remembers a bounded number of those who left", async () => {
    const { store, leased } = fakeStore();
    const { presence, said, outage } = build("on", store);
    const many = Array.from({ length: 10_010 }, (_, n) => user(`Nr ${n}`));
    many.forEach((each, n) => presence.connect(`s${n}`, each));
    await said();
    outage.on = true;
    many.forEach((_, n) => presence.disconnect(`s${n}`));
    await said();
    outage.on = false;
    presence.resume();
    await said();
    expect([...leased.keys()]).toEqual(many.slice(0, 10).map(({ id }) => id));
  });

  it("tells nobody that others are gone because a node that was back earlier tells of changes", async () => {
    const { presence, said, outage } = await buildWithEve();
    outage.on = true;
    presence.hinted(["general"]);
    expect(await said()).toEqual([]);
    // Who comes here is told all the same.
    presence.connect("s2", bob);
    expect((await said()).map(({ counts }) => counts.guests)).toEqual([1]);
  });

  it("leases its users anew, and believes that others are gone only when they had time for that", async () => {
    const { presence, said, outage, leased } = await buildWithEve();
    outage.on = true;
    leased.clear();
    outage.on = false;
    presence.resume();
    await presence.heartbeat(false);
    expect(await said()).toEqual([]);
    expect([...leased.keys()]).toEqual([ann.id]);
    expect((await said(2500)).map(({ counts }) => counts.members)).toEqual([1]);
  });
});
