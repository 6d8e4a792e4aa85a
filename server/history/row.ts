import type { MessageEvent } from "../../shared/room-events.js";
import type { UserRole } from "../../shared/values.js";

/** A line of `room_events` as the driver returns it: bigint comes as a string. */
export interface EventRow {
  event_offset: string;
  id: string;
  at: Date;
  sender_id: string;
  sender_name: string;
  sender_role: string;
  client_id: string;
  text: string;
  reply_to: string | null;
}

/** The columns of `EventRow`. */
export const eventColumns =
  "event_offset, id, at, sender_id, sender_name, sender_role, client_id, text, reply_to";

/** The event as clients get it. */
export function toEvent(row: EventRow): MessageEvent {
  return {
    kind: "message",
    offset: Number(row.event_offset),
    id: row.id,
    at: row.at.getTime(),
    sender: { id: row.sender_id, name: row.sender_name, role: row.sender_role as UserRole },
    text: row.text,
    clientId: row.client_id,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
  };
}
