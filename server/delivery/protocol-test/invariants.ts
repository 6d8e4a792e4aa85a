import type { RoomEvent } from "../../../shared/room-events.js";
import type { RoomLog } from "./database.js";
import type { Page, Person, View } from "./page.js";

const outboxMax = 100;
const heldMax = 64;

/** An invariant that does not hold. */
export class Violation extends Error {}

/** What there is to check. */
export interface World {
  logs: ReadonlyMap<string, RoomLog>;
  pages: Page[];
  persons: Person[];
}

const listOf = (events: readonly (RoomEvent | undefined)[]) =>
  events.map((event) => (event ? `${event.offset}=${event.id}` : "hole")).join(" ");

/** Each list is a stretch of one state of the log: in order, once, without holes, and only what is committed (P3–P5). */
function assertShown(log: RoomLog, { events }: View): void {
  const first = events[0]?.offset ?? 1;
  const fits = log
    .epochs()
    .some((rows) =>
      events.every((event, i) => rows[first - 1 + i]?.id === event.id && event.offset === first + i),
    );
  if (!fits) throw new Violation(`shown: ${listOf(events)}, in the log: ${listOf(log.epochs()[0] ?? [])}`);
}

/** Watches the pages; what it is called after is one task. */
export function createWatch({ logs, pages, persons }: World): () => void {
  const seen = new Map<View, { events: readonly RoomEvent[]; given: number }>();
  return () => {
    for (const { kept, user, problem } of persons) {
      if (problem !== null) throw new Violation(`${user.id}: ${problem}`);
      if (kept.length > outboxMax) throw new Violation(`${kept.length} messages of ${user.id} wait`);
    }
    for (const page of pages) {
      for (const [name, view] of page.views) {
        const before = seen.get(view) ?? { events: [], given: 0 };
        if (before.events === view.events) continue;
        const log = logs.get(name);
        if (log) assertShown(log, view);
        const grown = view.events.length - before.events.length;
        if (grown > view.given - before.given + heldMax) throw new Violation(`${grown} shown at once`);
        seen.set(view, { events: view.events, given: view.given });
      }
    }
  };
}

/** What is not as the log at rest; null when all is well. */
export function findDifference({ logs, pages, persons }: World): string | null {
  for (const { kept, user } of persons) if (kept.length > 0) return `messages of ${user.id} wait`;
  for (const [i, { views }] of pages.entries()) {
    for (const [name, { events, position }] of views) {
      const log = logs.get(name);
      const rows = log?.epochs()[0] ?? [];
      const { head = 0, floor = 1 } = log?.head() ?? {};
      const stretch = rows.slice((events[0]?.offset ?? head + 1) - 1);
      const same = stretch.length === events.length && stretch.every((row, at) => row?.id === events[at]?.id);
      const empty = events.length === 0 && head >= floor;
      if (position !== head || !same || empty)
        return `page ${i} shows ${listOf(events)} of ${name} at ${position}, the log is ${listOf(rows)}`;
    }
  }
  return null;
}

/** The log itself: no gaps (P2), every action once (P7), a sender's in his order. */
export function assertLog(log: RoomLog, said: readonly string[], persons: readonly Person[]): void {
  const rows = log.epochs()[0] ?? [];
  const texts = rows.map((row) => row?.text);
  if (texts.includes(undefined)) throw new Violation(`a gap: ${listOf(rows)}`);
  if (new Set(texts).size < texts.length) throw new Violation(`stored twice: ${listOf(rows)}`);
  const ever = new Set(log.epochs().flatMap((state) => state.map((row) => row?.text)));
  const missing = said.find((text) => !ever.has(text));
  if (missing !== undefined) throw new Violation(`never stored: ${missing}`);
  const stored = new Set(texts);
  for (const { user } of persons) {
    const isOwn = (text: string | undefined) => text?.startsWith(`${user.id} `) === true;
    const own = said.filter((text) => isOwn(text) && stored.has(text));
    if (texts.filter(isOwn).join() !== own.join())
      throw new Violation(`order of ${user.id}: ${listOf(rows)}`);
  }
}
