import type { RoomEvents } from "../../shared/room-events.js";
import type { RoomHead } from "../history/heads.js";
import type { Stretch } from "../history/read.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import { createWatchedRoom, type WatchedRoom } from "./watched-room.js";

// The second path of every message (design.md, rule 4). Pub/sub loses messages without telling, so the node compares,
// once an interval, each local room's head with what its sockets were given, and fills the rest from Postgres. What
// is missing for the first time may still be on its way: it is filled at a second look a moment later, or at once
// when the bus is known to have lost something.

/** What the delivery needs from the outside. */
export interface DeliveryPorts {
  /** Heads of rooms, in one statement; unknown ones left out. */
  readHeads(rooms: string[]): Promise<Map<string, RoomHead>>;
  /** What is in these stretches, some of it when it is much; ascending by room. */
  readMissing(stretches: Stretch[]): Promise<RoomEvents[]>;
  /** Emits to this node's sockets in the room, to nobody else. */
  emitLocally(batch: RoomEvents): void;
  /** True while pub/sub can not be relied on: then a first look is enough. */
  isDegraded(): boolean;
  /** The log is shorter than it was, under the same epoch: it was restored, so it needs another one. */
  wentBack(room: string, head: RoomHead): Promise<void>;
  /** Counts events that the live path lost. */
  repaired(count: number): void;
  log: Log;
  intervalMs: number;
}

/** Knows what this node's sockets were given in each room with local members. */
export interface Delivery {
  /** Tells that a batch went to the local sockets. */
  delivered(batch: RoomEvents): void;
  /** The room has local sockets from now on; its page up to `head` is theirs already. */
  watch(room: string, head: number, epoch: string): void;
  /** The room has no local sockets any more. */
  unwatch(room: string): void;
  /** Looks now, and fills at once: pub/sub was interrupted. */
  resync(): void;
  stop(): void;
}

/** Longer than an event is on its way, far shorter than the interval. */
const secondLookMs = 300;

/** Starts watching; ends with `stop()`. */
export function createDelivery(ports: DeliveryPorts): Delivery {
  const rooms = new Map<string, WatchedRoom>();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    ports.log.warn({ error: messageOf(error), suppressed }, "looking for missed messages failed"),
  );
  let looking = false;
  let again = false;
  let missedSome = false;
  let stopped = false;
  let lookedTwice = false;

  /** Gives the local sockets what they miss; returns whether there is more than one read could bring. */
  async function fill(due: Stretch[]): Promise<boolean> {
    const asked = new Map(due.map(({ room }) => [room, rooms.get(room)]));
    const filled = new Set<string>();
    for (const batch of await ports.readMissing(due)) {
      const watched = rooms.get(batch.room);
      // Left, or entered anew, while it was read.
      if (!watched || watched !== asked.get(batch.room) || watched.epoch !== batch.epoch) continue;
      filled.add(batch.room);
      const events = batch.events.filter((event) => !watched.has(event.offset));
      if (events.length === 0) continue;
      ports.repaired(events.length);
      ports.emitLocally({ ...batch, events });
      watched.mark(events);
    }
    return due.some(({ room, upTo }) => filled.has(room) && (rooms.get(room)?.position() ?? upTo) < upTo);
  }

  /** What of a room is due to be filled; `before` is where its sockets stood when the head was asked for. */
  async function compare(
    room: string,
    watched: WatchedRoom,
    before: number,
    head: RoomHead,
    atOnce: boolean,
  ): Promise<Stretch | null> {
    if (head.epoch !== watched.epoch) {
      // Clients see the new epoch and read anew.
      rooms.set(room, createWatchedRoom(head.head, head.epoch));
      ports.emitLocally({ room, epoch: head.epoch, events: [] });
      return null;
    }
    if (head.head < before) {
      await ports.wentBack(room, head);
      again = true;
      return null;
    }
    // Below the floor nothing can be read any more.
    watched.skipTo(head.floor - 1);
    const upTo = watched.look(head.head, atOnce);
    return upTo > watched.position() ? { room, after: watched.position(), upTo } : null;
  }

  /** Returns whether something is missing that may still be on its way. */
  async function look(): Promise<boolean> {
    if (stopped || rooms.size === 0) return false;
    const atOnce = missedSome || ports.isDegraded();
    missedSome = false;
    const asked = [...rooms].map(([room, watched]) => ({ room, watched, before: watched.position() }));
    const heads = await ports.readHeads(asked.map(({ room }) => room));
    const due: Stretch[] = [];
    let early = false;
    for (const { room, watched, before } of asked) {
      const head = heads.get(room);
      if (!head || rooms.get(room) !== watched) continue;
      const stretch = await compare(room, watched, before, head, atOnce);
      if (stretch) due.push(stretch);
      else if (watched.position() < head.head) early = true;
    }
    if (due.length > 0 && (await fill(due))) again = missedSome = true;
    return early;
  }

  async function run(): Promise<void> {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      do {
        again = false;
        const early = await look();
        if (early && !lookedTwice) {
          lookedTwice = true;
          setTimeout(() => void run(), Math.min(secondLookMs, ports.intervalMs / 2));
        }
      } while (again);
    } catch (error) {
      missedSome = true;
      logFailure(error);
    } finally {
      looking = false;
    }
  }

  let lastTick = performance.now();
  const timer = setInterval(() => {
    // A process that was frozen has missed what it was sent meanwhile.
    const now = performance.now();
    if (now - lastTick > 3 * ports.intervalMs) missedSome = true;
    lastTick = now;
    // One second look an interval: under load there is always something on its way.
    lookedTwice = false;
    void run();
  }, ports.intervalMs);

  return {
    delivered(batch) {
      const watched = rooms.get(batch.room);
      if (watched?.epoch === batch.epoch) watched.mark(batch.events);
    },
    watch(room, head, epoch) {
      const watched = rooms.get(room);
      // Its page may have been read before that of a socket that was quicker.
      if (watched?.epoch === epoch) watched.include(head);
      // Of two epochs one is old: with none the next look tells all sockets which is not.
      else rooms.set(room, createWatchedRoom(head, watched ? "" : epoch));
    },
    unwatch: (room) => void rooms.delete(room),
    resync() {
      missedSome = true;
      void run();
    },
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
