import type { RoomEvent, RoomEvents } from "../../shared/room-events.js";

/** The last events of rooms with local members, so that who comes back after a moment costs no read. */
export interface RecentEvents {
  /** Takes what was given to local sockets, in any order. */
  keep(batch: RoomEvents): void;
  /** The events after `after` up to `upTo`, or null where not all of them are here. */
  between(room: string, epoch: string, after: number, upTo: number): RoomEvent[] | null;
  forget(room: string): void;
}

interface Kept {
  epoch: string;
  events: Map<number, RoomEvent>;
  /** Nothing below is kept. */
  lowest: number;
  /** Messages whose deletion came by, maybe before they did. */
  deleted: Set<string>;
}

const isWordsOf = (event: RoomEvent, target: string) =>
  (event.kind === "message" && event.id === target) || (event.kind === "edit" && event.target === target);

/** Keeps at most `perRoom` events of a room and `total` in all; the room not heard of for longest goes first. */
export function createRecentEvents(perRoom = 200, total = 50_000): RecentEvents {
  const rooms = new Map<string, Kept>();
  let count = 0;

  function forget(room: string): void {
    count -= rooms.get(room)?.events.size ?? 0;
    rooms.delete(room);
  }

  function touch(room: string, epoch: string, from: number): Kept {
    const known = rooms.get(room);
    if (known && known.epoch !== epoch) forget(room);
    const kept = rooms.get(room) ?? { epoch, events: new Map(), lowest: from, deleted: new Set() };
    rooms.delete(room);
    rooms.set(room, kept);
    return kept;
  }

  /** A deleted message's words are kept nowhere. */
  function withoutWords(kept: Kept, event: RoomEvent): RoomEvent {
    const target = event.kind === "message" ? event.id : event.kind === "edit" ? event.target : null;
    return target !== null && kept.deleted.has(target) ? ({ ...event, text: "" } as RoomEvent) : event;
  }

  function add(kept: Kept, event: RoomEvent): void {
    if (event.offset < kept.lowest || kept.events.has(event.offset)) return;
    if (event.kind === "delete") {
      kept.deleted.add(event.target);
      for (const oldest of kept.deleted) if (kept.deleted.size > perRoom) kept.deleted.delete(oldest);
      for (const [offset, other] of kept.events)
        if (isWordsOf(other, event.target)) kept.events.set(offset, { ...other, text: "" } as RoomEvent);
    }
    kept.events.set(event.offset, withoutWords(kept, event));
    count += 1;
    for (; kept.events.size > perRoom; kept.lowest += 1) if (kept.events.delete(kept.lowest)) count -= 1;
  }

  return {
    keep({ room, epoch, events }) {
      const first = events[0];
      if (first === undefined) return;
      const kept = touch(room, epoch, first.offset);
      for (const event of events) add(kept, event);
      for (const oldest of rooms.keys()) {
        if (count <= total) break;
        forget(oldest);
      }
    },
    between(room, epoch, after, upTo) {
      const kept = rooms.get(room);
      if (kept?.epoch !== epoch || after + 1 < kept.lowest || upTo - after > perRoom) return null;
      const events: RoomEvent[] = [];
      for (let offset = after + 1; offset <= upTo; offset += 1) {
        const event = kept.events.get(offset);
        if (event === undefined) return null;
        events.push(event);
      }
      return events;
    },
    forget,
  };
}
