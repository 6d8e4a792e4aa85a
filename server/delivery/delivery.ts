import type { RoomEvents } from "../../shared/room-events.js";
import { limits } from "../../shared/limits.js";
import type { Database } from "../database/pool.js";
import { readHeads } from "../history/heads.js";
import type { HistoryReader } from "../history/read.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";

// The second path of every message (design.md, rule 4). Pub/sub loses messages without telling, so the node compares,
// once an interval, each local room's head with what its sockets were given, and fills the rest from Postgres. What
// is missing for the first time may still be on its way: it is filled at the next look, or at once when the bus is
// known to have lost something.

/** What the delivery needs from the outside. */
export interface DeliveryPorts {
  database: Database;
  history: HistoryReader;
  /** Emits to this node's sockets in the room, to nobody else. */
  emitLocally(batch: RoomEvents): void;
  /** True while pub/sub can not be relied on: then a first look is enough. */
  isDegraded(): boolean;
  metrics: Metrics;
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

interface Watched {
  epoch: string;
  /** Everything up to here was given. */
  upTo: number;
  /** Given beyond `upTo`, out of order. */
  beyond: Set<number>;
  /** Head at the look before. */
  seenHead: number;
}

/** Starts watching; ends with `stop()`. */
export function createDelivery(ports: DeliveryPorts): Delivery {
  const rooms = new Map<string, Watched>();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    ports.log.warn({ error: messageOf(error), suppressed }, "looking for missed messages failed"),
  );
  let looking = false;
  let again = false;
  let missedSome = false;

  function mark(watched: Watched, offset: number): void {
    if (offset > watched.upTo) watched.beyond.add(offset);
    while (watched.beyond.delete(watched.upTo + 1)) watched.upTo += 1;
  }

  async function repair(room: string, watched: Watched, upTo: number): Promise<void> {
    while (watched.upTo < upTo && rooms.get(room) === watched) {
      const page = await ports.history.page(room, { after: watched.upTo, limit: limits.pageMax });
      const missing = page.events.filter(
        (event) => event.offset > watched.upTo && !watched.beyond.has(event.offset),
      );
      if (missing.length > 0) {
        ports.metrics.deliveryRepaired.inc(missing.length);
        ports.emitLocally({ room, epoch: page.epoch, events: missing });
        for (const event of missing) mark(watched, event.offset);
      }
      // Below the floor nothing can be read any more: do not ask for it for ever.
      if (page.events.length === 0) watched.upTo = Math.max(watched.upTo, page.head);
      else watched.upTo = Math.max(watched.upTo, page.floor - 1);
    }
  }

  async function look(): Promise<void> {
    const atOnce = missedSome || ports.isDegraded();
    missedSome = false;
    const heads = await readHeads(ports.database, [...rooms.keys()]);
    for (const [room, watched] of rooms) {
      const now = heads.get(room);
      if (now === undefined) continue;
      if (now.epoch !== watched.epoch || now.head < watched.upTo) {
        // Restored to an earlier state: clients see the new epoch and read anew.
        rooms.set(room, { epoch: now.epoch, upTo: now.head, beyond: new Set(), seenHead: now.head });
        ports.emitLocally({ room, epoch: now.epoch, events: [] });
        continue;
      }
      const due = atOnce ? now.head : watched.seenHead;
      watched.seenHead = now.head;
      if (watched.upTo < due) await repair(room, watched, due);
    }
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
        if (rooms.size > 0) await look();
      } while (again);
    } catch (error) {
      missedSome = true;
      logFailure(error);
    } finally {
      looking = false;
    }
  }

  const timer = setInterval(() => void run(), ports.intervalMs);

  return {
    delivered(batch) {
      const watched = rooms.get(batch.room);
      if (watched?.epoch !== batch.epoch) return;
      for (const event of batch.events) mark(watched, event.offset);
    },
    watch(room, head, epoch) {
      if (!rooms.has(room)) rooms.set(room, { epoch, upTo: head, beyond: new Set(), seenHead: head });
    },
    unwatch: (room) => rooms.delete(room),
    resync() {
      missedSome = true;
      void run();
    },
    stop: () => clearInterval(timer),
  };
}
