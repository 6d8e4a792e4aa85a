import { randomUUID } from "node:crypto";
import type { RoomEvents } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";
import type { Database } from "../database/pool.js";
import { Failure } from "../failure.js";
import type { Metrics } from "../metrics/metrics.js";
import { toEvent, type EventRow } from "./row.js";

/** A message to append; `clientId` makes a retry harmless. */
export interface NewMessage {
  room: string;
  clientId: string;
  text: string;
  replyTo?: string | undefined;
}

/** What the log holds now; `appended` is false when it was there already. */
export interface Appended {
  appended: boolean;
  batch: RoomEvents;
  id: string;
  offset: number;
  at: number;
}

type AppendRow = Pick<EventRow, "id" | "event_offset" | "at"> & { outcome: string; epoch: string };

/** The only writer of room logs. */
export type Append = (sender: User, message: NewMessage) => Promise<Appended>;

/**
 * Creates the writer: when its promise resolves the message is committed under the room's next offset. The same
 * sender, room and `clientId` give the same offset for the life of the row (trust.md P7).
 * Refuses with `not_found` (also for rooms the sender may not know of), `conflict` (another body under the same
 * `clientId`) or `unavailable`.
 */
export function createAppend(database: Database, metrics: Metrics): Append {
  return async (sender, message) => {
    const stop = metrics.appendSeconds.startTimer();
    const id = randomUUID();
    const { rows } = await database.query<AppendRow>(
      "SELECT outcome, id, event_offset, at, epoch FROM append_message($1, $2, $3, $4, $5, $6, $7, $8)",
      [
        message.room,
        id,
        message.clientId,
        sender.id,
        sender.name,
        sender.role,
        message.text,
        message.replyTo ?? null,
      ],
    );
    const row = rows[0];
    if (row === undefined || row.outcome === "not_found") throw new Failure("not_found", "no such room");
    if (row.outcome === "conflict") throw new Failure("conflict", "clientId: used for another message");
    stop();
    const event = toEvent({
      ...row,
      sender_id: sender.id,
      sender_name: sender.name,
      sender_role: sender.role,
      client_id: message.clientId,
      text: message.text,
      reply_to: message.replyTo ?? null,
    });
    const appended = row.outcome === "appended";
    if (appended) metrics.messagesAppended.inc();
    const batch = { room: message.room, epoch: row.epoch, events: [event] };
    return { appended, batch, id: event.id, offset: event.offset, at: event.at };
  };
}
