import { z } from "zod";
import type { ErrorBody } from "./errors.js";
import { limits } from "./limits.js";
import type { PresenceState } from "./presence.js";
import type { RoomPage } from "./room-events.js";
import { clientId, emoji, messageText, offset, roomId } from "./values.js";

const notBoth = { error: "only one of after and before" };
const target = z.uuid();
const limit = z.number().int().min(1).max(limits.pageMax).optional();

/**
 * Input of every command of the namespace `/`. Unknown keys are refused.
 * The names are the contract's; handlers and clients are typed from this table.
 */
export const commands = {
  "room:join": z.strictObject({ room: roomId, after: offset.optional() }),
  "room:leave": z.strictObject({ room: roomId }),
  "message:send": z.strictObject({ room: roomId, clientId, text: messageText, replyTo: z.uuid().optional() }),
  "message:edit": z.strictObject({ room: roomId, clientId, target, text: messageText }),
  "message:delete": z.strictObject({ room: roomId, clientId, target }),
  "reaction:set": z.strictObject({ room: roomId, clientId, target, emoji, on: z.boolean() }),
  "events:read": z
    .strictObject({ room: roomId, after: offset.optional(), before: offset.optional(), limit })
    .refine((input) => input.after === undefined || input.before === undefined, notBoth),
  "read:set": z.strictObject({ room: roomId, offset }),
  "typing:set": z.strictObject({ room: roomId, on: z.boolean() }),
} as const;

/** Name of a command. */
export type CommandName = keyof typeof commands;
/** Input of a command, as checked. */
export type CommandInput<N extends CommandName> = z.infer<(typeof commands)[N]>;

/** What `room:join` answers: the page and who is there. */
export interface JoinedRoom extends RoomPage {
  room: string;
  presence: PresenceState;
}

/** Receipt of an accepted message: it is committed. */
export interface SentMessage {
  id: string;
  offset: number;
  at: number;
}

/** The commands that write to a room's log; each carries a `clientId`, so that a retry is harmless. */
export const actionNames = ["message:send", "message:edit", "message:delete", "reaction:set"] as const;
/** Name of a command that writes to a room's log. */
export type ActionName = (typeof actionNames)[number];
/** What every accepted action's receipt has: the offset of its event. */
export type Receipt = Pick<SentMessage, "offset"> & Partial<SentMessage>;

/** Data of a command's ack. */
export interface CommandData {
  "room:join": JoinedRoom;
  "room:leave": Record<string, never>;
  "message:send": SentMessage;
  "message:edit": Pick<SentMessage, "offset" | "at">;
  "message:delete": Pick<SentMessage, "offset" | "at">;
  "reaction:set": Pick<SentMessage, "offset">;
  "events:read": RoomPage;
  "read:set": Record<string, never>;
  "typing:set": Record<string, never>;
}

/** Every command is acked with one of these two. */
export type Ack<T> = { ok: true; data: T } | { ok: false; error: ErrorBody };

/** Query of `GET /api/rooms/:id/events`, from strings. */
export const eventsQuery = z
  .strictObject({
    after: z.coerce.number().pipe(offset).optional(),
    before: z.coerce.number().pipe(offset).optional(),
    limit: z.coerce.number().pipe(z.number().int().min(1).max(limits.pageMax)).optional(),
  })
  .refine((input) => input.after === undefined || input.before === undefined, notBoth);
