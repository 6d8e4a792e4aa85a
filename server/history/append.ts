import type { MemberEvent, RoomChangeEvent, RoomEvents } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";
import type { Queries } from "../database/pool.js";
import { Failure } from "../failure.js";
import { newEventId } from "./event-id.js";
import { toEvent } from "./row.js";

interface Common {
  room: string;
  sender: User;
  /** Of the sender's action; the same one again is the same event. */
  clientId: string;
}

/** What a user does in a room; whether he may is decided under the room's lock. */
export type UserAction = Common &
  (
    | { kind: "message"; text: string; replyTo?: string | undefined }
    | { kind: "edit"; target: string; text: string }
    | { kind: "delete"; target: string }
    | { kind: "reaction"; target: string; emoji: string; on: boolean }
  );

/** What the server itself tells in a room; the caller decided it in the same transaction, under the room's lock. */
export type Notice = Common &
  (
    | ({ kind: "member" } & Pick<MemberEvent, "change" | "user" | "reason">)
    | ({ kind: "room" } & Pick<RoomChangeEvent, "change" | "value">)
  );

/** An event that is not in a log yet. */
export type NewEvent = UserAction | Notice;

/** What the log holds now; `appended` is false when it was there already. */
export interface Appended {
  appended: boolean;
  id: string;
  offset: number;
  at: number;
}

/** What became of one event of a batch. */
export type Outcome = Appended | Failure;

/** What became of each event, in their order, and one batch a room of what is new, in offset order. */
export interface Recorded {
  outcomes: Outcome[];
  batches: RoomEvents[];
}

interface AppendRow {
  n: number;
  outcome: string;
  id: string;
  event_offset: string | null;
  at: Date;
  epoch: string | null;
}

const refusals: Record<string, () => Failure> = {
  not_found: () => new Failure("not_found", "no such room"),
  conflict: () => new Failure("conflict", "clientId: used for something else"),
  banned: () => new Failure("forbidden", "you are banned"),
  muted: () => new Failure("forbidden", "you are muted"),
  no_target: () => new Failure("not_found", "target: no such message"),
  not_allowed: () => new Failure("forbidden", "target: not your message"),
};

/** The columns of an event, as the function `append_events` takes them. */
function toInput(event: NewEvent, n: number) {
  const { room, sender, clientId, kind, ...rest } = event;
  const { text, replyTo, target, ...detail } = rest as Record<string, unknown>;
  return {
    n,
    room,
    id: newEventId(),
    kind,
    client_id: clientId,
    sender_id: sender.id,
    sender_name: sender.name,
    sender_role: sender.role,
    text,
    reply_to: replyTo,
    target,
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
    trusted: kind === "member" || kind === "room",
  };
}

/** Of a statement that holds rooms locked nobody waits longer than this. */
export const appendTimeoutMs = 2500;

/**
 * Appends events in one round trip; in one transaction, if not in the caller's: what is new is to be sent once that is
 * committed. No two events may have the same room, sender and `clientId`, or the same `target`.
 */
export async function appendEvents(queries: Queries, events: readonly NewEvent[]): Promise<Recorded> {
  const inputs = events.map(toInput);
  const rooms = [...new Set(events.map((event) => event.room))];
  const { rows } = await queries.query<AppendRow>(
    "SELECT * FROM append_events($1, $2)",
    [rooms, JSON.stringify(inputs)],
    appendTimeoutMs,
  );
  const outcomes: Outcome[] = [];
  const batches = new Map<string, RoomEvents>();
  for (const row of rows.sort((a, b) => a.n - b.n)) {
    const input = inputs[row.n];
    if (input === undefined) throw new Error("append_events: an answer to no question");
    const refusal = refusals[row.outcome];
    if (refusal !== undefined || row.event_offset === null || row.epoch === null) {
      outcomes.push(refusal?.() ?? new Failure("internal", "something went wrong here"));
      continue;
    }
    const appended = row.outcome === "appended";
    outcomes.push({ appended, id: row.id, offset: Number(row.event_offset), at: row.at.getTime() });
    if (!appended) continue;
    const batch = batches.get(input.room) ?? { room: input.room, epoch: row.epoch, events: [] };
    batch.events.push(
      toEvent({
        ...input,
        event_offset: row.event_offset,
        at: row.at,
        text: (input.text as string | undefined) ?? null,
        reply_to: (input.reply_to as string | undefined) ?? null,
        target: (input.target as string | undefined) ?? null,
        detail: input.detail ?? null,
      }),
    );
    batches.set(input.room, batch);
  }
  return { outcomes, batches: [...batches.values()] };
}
