import type { ActionRecord, RunRecord, View } from "./record.js";

/** An acked action on its way, with the times of its stations. */
export interface Course {
  entry: ActionRecord;
  committedAt: number;
  ackedAt: number;
  /** On every page that was open at the commit. */
  shownAt: number;
  /** Durations from the commit on clients of other nodes. */
  across: number[];
}

/** When each offset was first shown on a page. */
function firstShown(view: View): Map<number, number> {
  const first = new Map<number, number>();
  for (const { at, added } of view.steps)
    for (const offset of added) if (!first.has(offset)) first.set(offset, at);
  return first;
}

/** Follows each acked action from its commit to every page; `clockOffset` turns the database's `at` into our time. */
export function followActions({ actions, views, logs }: RunRecord, clockOffset: number): Course[] {
  const pages = views.map((view) => ({ view, shown: firstShown(view) }));
  const homes = new Map(views.map((view) => [view.client, view.node]));
  const commits = new Map(
    Object.entries(logs).map(([room, { events }]) => [
      room,
      new Map(events.map(({ offset, at }) => [offset, at - clockOffset])),
    ]),
  );
  return actions.flatMap((entry) => {
    const [ack] = entry.acks;
    const { room } = entry.action.input;
    const committed = ack && commits.get(room)?.get(ack.offset);
    if (!ack || committed === undefined) return [];
    // The two clocks may be a little apart; nothing is committed before it was sent or after its ack.
    const committedAt = Math.min(Math.max(committed, entry.sentAt[0] ?? 0), ack.at);
    const home = homes.get(entry.client) ?? null;
    let shownAt = committedAt;
    const across: number[] = [];
    for (const { view, shown } of pages) {
      const at = shown.get(ack.offset);
      if (view.room !== room || view.openedAt > committedAt || at === undefined) continue;
      shownAt = Math.max(shownAt, at);
      if (home !== null && view.node !== null && view.node !== home)
        across.push(Math.max(0, at - committedAt));
    }
    return [{ entry, committedAt, ackedAt: ack.at, shownAt, across }];
  });
}
