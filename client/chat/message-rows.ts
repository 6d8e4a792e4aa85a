import type { ActionName } from "../../shared/commands.js";
import type { Outgoing } from "../../shared/outbox.js";
import type { MemberEvent, RoomChangeEvent, RoomEvent } from "../../shared/room-events.js";
import { foldRoom, type FoldedMessage } from "../../shared/room-state.js";
import type { User } from "../../shared/values.js";
import { pendingOf } from "./pending.js";

/** What a message answers: `older` when that message is not loaded. */
export type Quote = FoldedMessage | "older";

/**
 * A row with an event. One that starts a day has its time in `day`: the line of the day is no row of its own, as it
 * would stay the first one when older rows come before it, and the list would lose its place.
 */
interface EventRow {
  key: string;
  day: number | null;
}

/** A stored message; `first` starts a group of one sender. */
export interface StoredRow extends EventRow {
  kind: "stored";
  message: FoldedMessage;
  quote: Quote | null;
  own: boolean;
  first: boolean;
  /** What the user does to it that is not confirmed yet. */
  pending: ActionName | null;
}

/** What happened to members or to the room. */
export interface NoticeRow extends EventRow {
  kind: "notice";
  event: MemberEvent | RoomChangeEvent;
}

/** A message of the user without its event yet, or any refused action. */
export interface WaitingRow {
  kind: "waiting";
  key: string;
  entry: Outgoing;
  quote: Quote | null;
  first: boolean;
}

/** What the list shows, from top to bottom. */
export type MessageRow = StoredRow | NoticeRow | WaitingRow;

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
  const messages = new Map<string, FoldedMessage>();
  const pending = pendingOf(events, waiting, me);
  const quoteOf = (id: string | undefined) => (id === undefined ? null : (messages.get(id) ?? "older"));
  let today = "";
  let before: { at: number; sender: User | null } = { at: -Infinity, sender: null };

  for (const entry of foldRoom([...events, ...pending.events])) {
    const event = entry.kind === "message" ? entry.event : entry;
    // The times are shown, the order is the log's: a clock set back must not bring a day twice.
    const startsDay = dayOf(event.at) !== today && event.at > before.at;
    if (startsDay) today = dayOf(event.at);
    const day = startsDay ? event.at : null;
    if (entry.kind === "message") {
      const own = event.sender.id === me.id;
      const grouped = before.sender?.id === event.sender.id && event.at - before.at <= groupMs;
      messages.set(event.id, entry);
      rows.push({
        kind: "stored",
        key: own ? entry.event.clientId : event.id,
        day,
        message: entry,
        quote: quoteOf(entry.event.replyTo),
        own,
        first: startsDay || !grouped,
        pending: pending.targets.get(event.id) ?? null,
      });
    } else rows.push({ kind: "notice", key: event.id, day, event: entry });
    before = { at: event.at, sender: entry.kind === "message" ? event.sender : null };
  }
  let first = before.sender?.id !== me.id;
  for (const entry of pending.rows) {
    const { name, input } = entry.action;
    const quote = name === "message:send" ? quoteOf(input.replyTo) : null;
    rows.push({ kind: "waiting", key: input.clientId, entry, quote, first });
    first = false;
  }
  return rows;
}

/** The user's last message that can be edited. */
export function lastOwn(rows: readonly MessageRow[]): FoldedMessage | null {
  const row = rows.findLast((one) => one.kind === "stored" && one.own && !one.message.deleted);
  return row?.kind === "stored" ? row.message : null;
}
