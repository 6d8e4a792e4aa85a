import type { RoomEvent } from "../../shared/room-events.js";
import type { UserRole } from "../../shared/values.js";

/** A line of `room_events` as the driver returns it: bigint comes as a string. */
export interface EventRow {
  event_offset: string;
  id: string;
  kind: string;
  at: Date;
  sender_id: string;
  sender_name: string;
  sender_role: string;
  client_id: string;
  text: string | null;
  reply_to: string | null;
  target: string | null;
  /** What is particular to the kind; JSON as it was appended. */
  detail: object | null;
}

/** The columns of `EventRow`. */
export const eventColumns =
  "event_offset, id, kind, at, sender_id, sender_name, sender_role, client_id, text, reply_to, target, detail";

/** The event as clients get it. The append wrote it, so that its parts fit its kind. */
export function toEvent(row: EventRow): RoomEvent {
  const { kind } = row;
  const event = {
    kind,
    offset: Number(row.event_offset),
    id: row.id,
    at: row.at.getTime(),
    sender: { id: row.sender_id, name: row.sender_name, role: row.sender_role as UserRole },
    ...(kind === "member" || kind === "room" ? {} : { clientId: row.client_id }),
    ...(row.text === null ? {} : { text: row.text }),
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    ...(row.target === null ? {} : { target: row.target }),
    ...row.detail,
  };
  return event as RoomEvent;
}
