import type { Outgoing } from "../../shared/outbox.js";
import type { MessageEvent, RoomEvent } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";

/** The line that starts a day. */
export interface DayRow {
  kind: "day";
  key: string;
  at: number;
}

/** A stored message; `first` starts a group of one sender. */
export interface StoredRow {
  kind: "stored";
  key: string;
  message: MessageEvent;
  own: boolean;
  first: boolean;
}

/** A message of the user without its event yet: waiting, or refused. */
export interface WaitingRow {
  kind: "waiting";
  key: string;
  entry: Outgoing;
  first: boolean;
}

/** What the list shows, from top to bottom. */
export type MessageRow = DayRow | StoredRow | WaitingRow;

const groupMs = 5 * 60_000;

function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/**
 * Rows in the order of the log, then what waits. A message keeps its row's key from sending to shown, so that it
 * stays where it is.
 */
export function createMessageRows(
  events: readonly RoomEvent[],
  waiting: readonly Outgoing[],
  me: User,
): MessageRow[] {
  const rows: MessageRow[] = [];
  const stored = new Set<string>();
  let day = "";
  let before: MessageEvent | null = null;
  for (const event of events) {
    if (event.kind !== "message") continue;
    const own = event.sender.id === me.id;
    if (own) stored.add(event.clientId);
    const today = dayOf(event.at);
    // The times are shown, the order is the log's: a clock set back must not bring a day twice.
    const newDay = today !== day && (before === null || event.at > before.at);
    if (newDay) rows.push({ kind: "day", key: `day ${today}`, at: event.at });
    if (newDay) day = today;
    const first = newDay || before?.sender.id !== event.sender.id || event.at - before.at > groupMs;
    rows.push({ kind: "stored", key: own ? event.clientId : event.id, message: event, own, first });
    before = event;
  }
  let first = before?.sender.id !== me.id;
  for (const entry of waiting) {
    if (stored.has(entry.clientId)) continue;
    rows.push({ kind: "waiting", key: entry.clientId, entry, first });
    first = false;
  }
  return rows;
}
