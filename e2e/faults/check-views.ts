import { isDeepStrictEqual } from "node:util";
import type { RoomEvent } from "../../shared/room-events.js";
import { foldRoom } from "../../shared/room-state.js";
import type { RoomLog, View } from "./record.js";
import type { Rule, Violation } from "./violation.js";

const tell = (rule: Rule, { client, room }: View, what: string): Violation => ({
  rule,
  what: `${client} in ${room}: ${what}`,
});

/** Each change only added the very next events; a snapshot may skip forward, never back. */
function checkOrder(view: View): Violation[] {
  const found: Violation[] = [];
  let last: number | null = null;
  for (const { at, kept, added } of view.steps) {
    const when = `at ${Math.round(at - view.openedAt)} ms`;
    if (kept === 0 && last !== null && (added.at(-1) ?? 0) <= last)
      found.push(tell("shownOrder", view, `the view fell back from ${last} ${when}`));
    let before: number | null = kept === 0 ? null : last;
    for (const offset of added) {
      if (before !== null && offset !== before + 1)
        found.push(tell("shownOrder", view, `${offset} came after ${before} ${when}`));
      before = offset;
    }
    last = before ?? last;
  }
  return found;
}

/** An event as far as all must agree: words that were deleted later may still stand where they were shown. */
const comparable = (event: RoomEvent) => ("text" in event ? { ...event, text: null } : event);

/** Where words differ, the log's must be those of a deleted message. */
function isSame(shown: RoomEvent, logged: RoomEvent): boolean {
  if (!isDeepStrictEqual(comparable(shown), comparable(logged))) return false;
  const words = (event: RoomEvent) => ("text" in event ? event.text : "");
  return words(shown) === words(logged) || words(logged) === "";
}

/** What the messages look like. A message deleted later need not look deleted before its deletion is shown. */
const looks = (events: readonly RoomEvent[]) =>
  foldRoom(events).map((entry) => (entry.kind === "message" ? { ...entry, event: entry.event.id } : entry));

function checkContent(view: View, log: RoomLog): Violation[] {
  const [first] = view.events;
  const last = view.events.at(-1);
  if (!first || !last) return [];
  const logged = log.events.filter(({ offset }) => offset >= first.offset && offset <= last.offset);
  const other = logged.find((event, i) => {
    const shown = view.events[i];
    return !shown || !isSame(shown, event);
  });
  if (other) return [tell("shownOther", view, `the log's ${other.offset} is missing or another one`)];
  if (logged.length !== view.events.length)
    return [tell("shownOther", view, `${view.events.length} events where the log has ${logged.length}`)];
  if (view.closedAt !== null || isDeepStrictEqual(looks(view.events), looks(logged))) return [];
  return [tell("shownFold", view, "the messages look otherwise than the log says")];
}

/** The steps must lead to what was shown last. */
function checkSteps(view: View): Violation[] {
  let shown: number[] = [];
  for (const { kept, added } of view.steps) {
    shown.length = Math.min(kept, shown.length);
    for (const offset of added) shown.push(offset);
  }
  const agrees = isDeepStrictEqual(
    shown,
    view.events.map((event) => event.offset),
  );
  return agrees ? [] : [tell("shownOrder", view, "what was shown changed other than by what was added")];
}

/** Compares what the clients showed with the logs. */
export function checkViews(views: View[], logs: Record<string, RoomLog>): Violation[] {
  return views.flatMap((view) => {
    const log = logs[view.room] ?? { head: 0, floor: 1, events: [] };
    const last = view.events.at(-1)?.offset ?? 0;
    const isBehind = view.closedAt === null && last !== log.head;
    return [
      ...checkOrder(view),
      ...checkSteps(view),
      ...checkContent(view, log),
      ...(isBehind ? [tell("behind", view, `shows up to ${last}, the head is ${log.head}`)] : []),
    ];
  });
}
