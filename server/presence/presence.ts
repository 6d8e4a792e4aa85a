import type { PresenceCounts, PresenceDiff } from "../../shared/presence.js";
import { forEachTogether } from "../gather.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import type { User } from "../../shared/values.js";
import { createLocalUsers, type Changes, type LocalUsers, type Where } from "./local-users.js";
import type { PresenceStore } from "./store.js";
import { countByRole, createTold, type Told } from "./told.js";

// Every node keeps its own sockets' users, leases them in Redis, and tells its sockets differences between what it
// told them last and what Redis says now. A hint from another node, its own change and each heartbeat lead to the
// same look, so a lost hint, a dead node or an emptied Redis only delay it.

/** What presence needs from the outside. */
export interface PresencePorts {
  mode: "on" | "counts" | "off";
  /** Null in single-node mode. */
  store: PresenceStore | null;
  isDegraded(): boolean;
  debounceMs: number;
  /** Tells the other nodes that these rooms (and the counts) changed. */
  hint(rooms: string[]): void;
  emitDiff(diff: PresenceDiff): void;
  metrics: Metrics;
  log: Log;
}

/** Who is online, in the cluster and by room. */
export interface Presence
  extends
    Pick<LocalUsers, "connect" | "disconnect" | "enter" | "leave" | "update">,
    Pick<Told, "globalState" | "roomState"> {
  /** Another node's users in these rooms changed. */
  hinted(rooms: string[]): void;
  /** Takes away the users of a killed instance, and tells everybody at once. */
  sweep(boot: string): Promise<void>;
  /** Renews the leases and looks at everything again; `fresh`: Redis had forgotten them, so the others look too. */
  heartbeat(fresh: boolean): Promise<void>;
  /** Redis is back, maybe without leases: leases everybody anew and has the other nodes look. */
  resume(): void;
  /** Gives up all leases: the instance stops. */
  close(): Promise<void>;
}

/** Of more the oldest are left to their lease's end: an outage may be long, and memory is not. */
const departedMax = 10_000;

/** Longer than it takes all nodes to notice that Redis is back, or empty. */
const settleMs = 2000;

const takeAway = (store: PresenceStore, { where, user }: Changes["left"][number]) =>
  where === null ? store.depart(user) : store.leaveRoom(where, user);

const departureKey = (where: Where, { id, role }: User) => `${where ?? ""} ${id} ${role}`;

/** Creates this node's presence. */
export function createPresence(ports: PresencePorts): Presence {
  const users = createLocalUsers(flushSoon);
  const told = createTold(ports.emitDiff);
  /** Rooms that changed elsewhere. */
  const changedThere = new Set<string>();
  /** Who went and may still have a lease. */
  const departed = new Map<string, Changes["left"][number]>();
  /** Before this what Redis says may lack others who have not leased anew yet. */
  let believeFrom = 0;
  let timer: NodeJS.Timeout | null = null;
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    ports.log.warn({ error: messageOf(error), suppressed }, "presence is old: redis does not take it"),
  );

  const shared = () => (ports.store !== null && !ports.isDegraded() ? ports.store : null);

  function flushSoon(): void {
    if (ports.mode !== "off") timer ??= setTimeout(() => void flush(), ports.debounceMs);
  }

  async function flush(): Promise<void> {
    timer = null;
    const changes = users.takeChanges();
    const changed = [...changes.where].filter((where) => where !== null);
    // A node that is back before this one tells of changes that can not be seen from here: `resume` looks at all.
    const isBlind = ports.store !== null && ports.isDegraded();
    const toLookAt = new Set([...changed, ...(isBlind ? [] : changedThere)]);
    changedThere.clear();
    if (isBlind && changes.where.size === 0) return;
    try {
      noteDeparted(changes);
      if (changes.where.size > 0 || departed.size > 0) await share(changes, changed);
      await look(toLookAt);
    } catch (error) {
      logFailure(error);
    }
  }

  function noteDeparted({ came, left }: Changes): void {
    if (ports.store === null) return;
    for (const { where, user } of left) departed.set(departureKey(where, user), { where, user });
    for (const [where, back] of came) for (const user of back) departed.delete(departureKey(where, user));
    for (const oldest of departed.keys()) {
      if (departed.size <= departedMax) break;
      departed.delete(oldest);
    }
  }

  /** Takes to Redis, and tells the other nodes, what changed here. */
  async function share({ came }: Changes, changed: string[]): Promise<void> {
    const store = shared();
    if (store === null) return;
    for (const [key, gone] of departed) {
      await takeAway(store, gone);
      departed.delete(key);
    }
    const inside = [...came].flatMap(([where, who]) => (where === null ? [] : [[where, who] as const]));
    await store.renew(came.get(null) ?? [], new Map(inside));
    ports.hint(changed);
  }

  async function look(rooms: Iterable<string>): Promise<void> {
    const store = shared();
    if (store && performance.now() < believeFrom) return;
    const inside = new Set(users.rooms());
    await forEachTogether(rooms, async (room) => {
      if (inside.has(room)) told.tellRoom(room, store ? await store.inRoom(room) : users.in(room));
      else told.forget(room);
    });
    tellCounts(store ? await store.counts() : countByRole(users.in(null)));
  }

  function tellCounts(counts: PresenceCounts): void {
    ports.metrics.presenceUsers.set({ role: "guest" }, counts.guests);
    ports.metrics.presenceUsers.set({ role: "member" }, counts.members);
    ports.metrics.presenceUsers.set({ role: "admin" }, counts.admins);
    told.tellCounts(counts);
  }

  async function renew(): Promise<void> {
    const rooms = users.rooms();
    const store = shared();
    await store?.renew(users.in(null), new Map(rooms.map((room) => [room, users.in(room)])));
    await store?.prune();
  }

  /** Leases everybody anew and has the others look; tells nobody that others are gone until they have done so too. */
  async function renewAll(): Promise<void> {
    believeFrom = performance.now() + settleMs;
    setTimeout(() => {
      for (const room of users.rooms()) changedThere.add(room);
      flushSoon();
    }, settleMs).unref();
    await renew();
    ports.hint(users.rooms());
  }

  const { connect, disconnect, leave, update } = users;
  const { globalState, roomState } = told;
  return {
    connect,
    disconnect,
    leave,
    update,
    globalState,
    roomState,
    enter(socketId, room) {
      if (ports.mode === "on") users.enter(socketId, room);
    },
    hinted(changed) {
      for (const room of changed) changedThere.add(room);
      flushSoon();
    },
    async sweep(boot) {
      const changed = (await shared()?.sweep(boot)) ?? [];
      ports.hint(changed);
      await look(changed);
    },
    async heartbeat(fresh) {
      if (ports.mode === "off") return;
      if (fresh && users.in(null).length > 0) return renewAll();
      await renew();
      await look(users.rooms());
    },
    resume() {
      if (ports.mode === "off" || (users.in(null).length === 0 && departed.size === 0)) return;
      renewAll().then(flushSoon, logFailure);
    },
    async close() {
      if (timer) clearTimeout(timer);
      const store = shared();
      if (!store) return;
      const rooms = users.rooms();
      const changes = users.takeChanges();
      noteDeparted(changes);
      const gone = [...departed.values()].map((each) => takeAway(store, each));
      const staying = users.in(null).map((user) => store.depart(user));
      await Promise.all([...gone, ...staying]);
      for (const room of rooms) for (const user of users.in(room)) await store.leaveRoom(room, user);
      const changed = [...changes.where].filter((where) => where !== null);
      ports.hint([...new Set([...rooms, ...changed])]);
    },
  };
}
