import { limits } from "../../shared/limits.js";
import type { PresenceCounts, PresenceDiff, PresenceState } from "../../shared/presence.js";
import type { User } from "../../shared/values.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import type { PresenceStore } from "./store.js";

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
export interface Presence {
  connect(socketId: string, user: User): void;
  disconnect(socketId: string): void;
  enter(socketId: string, room: string): void;
  leave(socketId: string, room: string): void;
  /** What sockets were told last: new ones start from it, then follow the differences. */
  globalState(): PresenceState;
  roomState(room: string): PresenceState;
  /** Another node's users in these rooms changed. */
  hinted(rooms: string[]): void;
  /** Takes away the users of a killed instance, and tells everybody at once. */
  sweep(boot: string): Promise<void>;
  /** Renews the leases and looks at everything again. */
  heartbeat(): Promise<void>;
  /** Gives up all leases: the instance stops. */
  close(): Promise<void>;
}

interface Place {
  user: User;
  sockets: Set<string>;
}

const noCounts: PresenceCounts = { guests: 0, members: 0, admins: 0 };

/** Users by role. */
export function countByRole(users: Iterable<User>): PresenceCounts {
  const counts = { ...noCounts };
  for (const { role } of users) counts[`${role}s`] += 1;
  return counts;
}

/** Creates this node's presence. */
export function createPresence(ports: PresencePorts): Presence {
  const sockets = new Map<string, { user: User; rooms: Set<string> }>();
  const online = new Map<string, Place>();
  const rooms = new Map<string, Map<string, Place>>();
  const told = new Map<string, Map<string, User>>();
  let toldCounts = noCounts;
  /** Rooms that changed here: to be leased and told to the others. Null: only the counts. */
  const changedHere = new Set<string | null>();
  /** Rooms that changed elsewhere. */
  const changedThere = new Set<string>();
  /** Who came and who went since the last flush; null: to and from the cluster. */
  const came: { room: string | null; user: User }[] = [];
  const left: { room: string | null; user: User }[] = [];
  let timer: NodeJS.Timeout | null = null;
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    ports.log.warn({ error: messageOf(error), suppressed }, "presence is old: redis does not take it"),
  );

  const shared = () => (ports.store !== null && !ports.isDegraded() ? ports.store : null);
  const localUsers = () => [...online.values()].map((place) => place.user);
  const usersIn = (room: string) => [...(rooms.get(room)?.values() ?? [])].map((place) => place.user);

  function add(places: Map<string, Place>, socketId: string, user: User, room: string | null): void {
    const place = places.get(user.id) ?? { user, sockets: new Set() };
    if (place.sockets.size === 0) came.push({ room, user });
    place.sockets.add(socketId);
    places.set(user.id, place);
  }

  /** Whether this was the user's last socket there. */
  function remove(places: Map<string, Place> | undefined, socketId: string, user: User): boolean {
    const place = places?.get(user.id);
    if (!place?.sockets.delete(socketId) || place.sockets.size > 0) return false;
    places?.delete(user.id);
    return true;
  }

  function touch(room: string | null): void {
    changedHere.add(ports.mode === "on" ? room : null);
    flushSoon();
  }

  function flushSoon(): void {
    if (ports.mode !== "off") timer ??= setTimeout(() => void flush(), ports.debounceMs);
  }

  async function flush(): Promise<void> {
    timer = null;
    const changed = [...changedHere].filter((room) => room !== null);
    const own = changedHere.size > 0;
    const toLookAt = new Set([...changed, ...changedThere]);
    changedHere.clear();
    changedThere.clear();
    const gone = left.splice(0);
    const fresh = came.splice(0);
    try {
      const store = shared();
      if (store && own) {
        for (const { room, user } of gone)
          await (room === null ? store.depart(user) : store.leaveRoom(room, user));
        await renew(store, fresh);
        ports.hint(changed);
      }
      await look(toLookAt);
    } catch (error) {
      logFailure(error);
    }
  }

  /** Leases those who came and are still there. */
  async function renew(store: PresenceStore, fresh: typeof came): Promise<void> {
    const users: User[] = [];
    const inside = new Map<string, User[]>();
    for (const { room, user } of fresh) {
      if (room === null) {
        if (online.has(user.id)) users.push(user);
      } else if (ports.mode === "on" && rooms.get(room)?.has(user.id))
        inside.set(room, [...(inside.get(room) ?? []), user]);
    }
    await store.renew(users, inside);
  }

  async function look(changed: Iterable<string>): Promise<void> {
    const store = shared();
    for (const room of changed) {
      if (!rooms.has(room)) {
        told.delete(room);
        continue;
      }
      tellRoom(room, store ? await store.inRoom(room) : usersIn(room));
    }
    tellCounts(store ? await store.counts() : countByRole(localUsers()));
  }

  function tellRoom(room: string, users: User[]): void {
    const before = told.get(room) ?? new Map<string, User>();
    const now = new Map(users.map((user) => [user.id, user]));
    const joined = users.filter((user) => !before.has(user.id));
    const departed = [...before.values()].filter((user) => !now.has(user.id));
    told.set(room, now);
    if (joined.length > 0 || departed.length > 0)
      ports.emitDiff({ room, counts: countByRole(users), joined: bounded(joined), left: bounded(departed) });
  }

  function tellCounts(counts: PresenceCounts): void {
    const same = (["guests", "members", "admins"] as const).every(
      (role) => counts[role] === toldCounts[role],
    );
    toldCounts = counts;
    ports.metrics.presenceUsers.set({ role: "guest" }, counts.guests);
    ports.metrics.presenceUsers.set({ role: "member" }, counts.members);
    ports.metrics.presenceUsers.set({ role: "admin" }, counts.admins);
    if (!same) ports.emitDiff({ counts, joined: [], left: [] });
  }

  function leaveRoom(socketId: string, user: User, room: string): void {
    const places = rooms.get(room);
    if (!remove(places, socketId, user)) return;
    if (places?.size === 0) rooms.delete(room);
    left.push({ room, user });
    touch(room);
  }

  return {
    connect(socketId, user) {
      sockets.set(socketId, { user, rooms: new Set() });
      add(online, socketId, user, null);
      touch(null);
    },
    disconnect(socketId) {
      const socket = sockets.get(socketId);
      if (!socket) return;
      sockets.delete(socketId);
      for (const room of socket.rooms) leaveRoom(socketId, socket.user, room);
      if (remove(online, socketId, socket.user)) left.push({ room: null, user: socket.user });
      touch(null);
    },
    enter(socketId, room) {
      const socket = sockets.get(socketId);
      if (!socket || socket.rooms.has(room)) return;
      socket.rooms.add(room);
      const places = rooms.get(room) ?? new Map<string, Place>();
      rooms.set(room, places);
      add(places, socketId, socket.user, room);
      touch(room);
    },
    leave(socketId, room) {
      const socket = sockets.get(socketId);
      if (socket?.rooms.delete(room)) leaveRoom(socketId, socket.user, room);
    },
    globalState: () => ({ counts: toldCounts, users: [] }),
    roomState(room) {
      const users = told.get(room) ?? new Map<string, User>();
      return { room, counts: countByRole(users.values()), users: bounded([...users.values()]) };
    },
    hinted(changed) {
      for (const room of changed) if (rooms.has(room)) changedThere.add(room);
      flushSoon();
    },
    async sweep(boot) {
      const changed = (await shared()?.sweep(boot)) ?? [];
      ports.hint(changed);
      await look(changed.filter((room) => rooms.has(room)));
    },
    async heartbeat() {
      if (ports.mode === "off") return;
      const inside = ports.mode === "on" ? [...rooms.keys()] : [];
      await shared()?.renew(localUsers(), new Map(inside.map((room) => [room, usersIn(room)])));
      await look(inside);
    },
    async close() {
      if (timer) clearTimeout(timer);
      const store = shared();
      if (!store) return;
      await Promise.all(localUsers().map((user) => store.depart(user)));
      for (const [room, places] of rooms)
        for (const { user } of places.values()) await store.leaveRoom(room, user);
      ports.hint([...rooms.keys()]);
    },
  };
}

function bounded(users: User[]): User[] {
  return users.sort((a, b) => a.name.localeCompare(b.name)).slice(0, limits.presenceListMax);
}
