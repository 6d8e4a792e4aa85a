import type { RoomEvent, RoomEvents, RoomPage } from "./room-events.js";

/** What a timeline asks of its owner after an input. */
export interface TimelineResult {
  /** Events that became showable, in offset order. */
  shown: RoomEvent[];
  /** What to read next: nothing, the events after an offset, or the room anew from its end. */
  need: null | { after: number } | "snapshot";
}

/**
 * One room's events as a client shows them: each once, in offset order, without holes between the first and the
 * last. Arrival order does not matter: known events are dropped, early ones wait for what is missing
 * (trust.md §4, invariants P3 to P5).
 */
export interface Timeline {
  /** Takes live events; early ones are held, at most `heldMax`, the rest is read again. */
  merge(batch: RoomEvents): TimelineResult;
  /** Takes an answer to `room:join` or `events:read` after `position()`. */
  fill(page: RoomPage): TimelineResult;
  /** Takes a page before the first event shown. */
  prepend(page: RoomPage): void;
  /** Lets go of the oldest events shown but for so many; they can be read again like any older ones. */
  trim(keep: number): void;
  /** All events shown, ascending; the same array until something changes. */
  events(): readonly RoomEvent[];
  /** Offset of the last event shown: what to pass as `after`; null before the first page. */
  position(): number | null;
  /** Whether older events than the first shown can be read. */
  hasOlder(): boolean;
}

const heldMax = 64;

/** Creates an empty timeline; it shows nothing until its first page. */
export function createTimeline(): Timeline {
  let epoch: string | null = null;
  let shown: readonly RoomEvent[] = [];
  let next: number | null = null;
  let floor = 1;
  const held = new Map<number, RoomEvent>();
  /** Highest offset dropped for want of room: no live event brings it again. */
  let dropped = 0;
  /** Epochs of the live events that came while there was no page. */
  const heard = new Set<string>();

  function drain(): RoomEvent[] {
    if (next === null) return [];
    const ready: RoomEvent[] = [];
    for (let event = held.get(next); event; event = held.get(next)) {
      held.delete(next);
      ready.push(event);
      next += 1;
    }
    if (ready.length > 0) shown = [...shown, ...ready];
    return ready;
  }

  function hold(events: readonly RoomEvent[]): void {
    for (const event of events) {
      if (next !== null && event.offset < next) continue;
      held.set(event.offset, event);
    }
  }

  /** Drops the latest of too many early events: the fill brings them again (P6). */
  function bound(): void {
    if (held.size <= heldMax) return;
    const latest = [...held.keys()].sort((a, b) => a - b).slice(heldMax);
    for (const offset of latest) held.delete(offset);
    dropped = Math.max(dropped, ...latest);
  }

  function result(ready: RoomEvent[]): TimelineResult {
    bound();
    const missing = next !== null && (held.size > 0 || dropped >= next);
    return { shown: ready, need: missing && next !== null ? { after: next - 1 } : null };
  }

  function startAnew(page: RoomPage): void {
    shown = [];
    epoch = page.epoch;
    next = page.events[0]?.offset ?? page.head + 1;
  }

  /** Two epochs were seen, and which is the later one nobody can tell from here: nothing is trusted. */
  function forget(): TimelineResult {
    epoch = null;
    next = null;
    shown = [];
    held.clear();
    heard.clear();
    dropped = 0;
    return { shown: [], need: "snapshot" };
  }

  return {
    merge(batch) {
      const replaced = epoch !== null && batch.epoch !== epoch;
      if (replaced) forget();
      if (epoch === null) heard.add(batch.epoch);
      hold(batch.events);
      if (replaced) return { shown: [], need: "snapshot" };
      const answer = result(drain());
      // An empty batch tells of a restore: who has seen its epoch before may miss what came since.
      const mayMiss = batch.events.length === 0 && next !== null;
      return mayMiss && next !== null ? { ...answer, need: { after: next - 1 } } : answer;
    },
    fill(page) {
      heard.delete(page.epoch);
      if (heard.size > 0 || (epoch !== null && page.epoch !== epoch)) return forget();
      if (next === null || (page.truncated && page.head >= next)) startAnew(page);
      floor = page.floor;
      hold(page.events);
      const ready = drain();
      for (const offset of held.keys()) if (next !== null && offset < next) held.delete(offset);
      const answer = result(ready);
      return next !== null && page.head >= next ? { ...answer, need: { after: next - 1 } } : answer;
    },
    prepend(page) {
      const first = shown[0]?.offset ?? next;
      if (page.epoch !== epoch || first === null) return;
      floor = page.floor;
      const older = page.events.filter((event) => event.offset < first);
      // The list may have begun anew further on since the page was asked for.
      if (older.at(-1)?.offset === first - 1) shown = [...older, ...shown];
    },
    trim(keep) {
      if (shown.length > keep) shown = shown.slice(-keep);
    },
    events: () => shown,
    position: () => (next === null ? null : next - 1),
    hasOlder: () => (shown[0] === undefined ? (next ?? 0) > floor : shown[0].offset > floor),
  };
}
