import { z } from "zod";
import { roomId, user, offset } from "./values.js";

const base = {
  offset,
  /** UUID of the event; a message's is the `target` of what is done to it. */
  id: z.string(),
  /** Commit time by the database's clock, ms since 1970. Shown, never used for order. */
  at: z.number(),
  /** Who did it. */
  sender: user,
};

/** What a user did carries the `clientId` of his action: it ties the event to the outbox that sent it. */
const action = { ...base, clientId: z.string() };
const targeted = { ...action, target: z.string() };

/** A message as stored. An empty `text` is a deleted message's: it keeps its place, its words are gone. */
export const messageEvent = z.object({
  ...action,
  kind: z.literal("message"),
  text: z.string(),
  replyTo: z.string().optional(),
});
export type MessageEvent = z.infer<typeof messageEvent>;

/** The author gave the message `target` another text; empty once the message was deleted. */
export const editEvent = z.object({ ...targeted, kind: z.literal("edit"), text: z.string() });
/** The message `target` was deleted by its author, a moderator of the room or an admin. */
export const deleteEvent = z.object({ ...targeted, kind: z.literal("delete") });
/** The sender put an emoji on the message `target`, or took it back. */
export const reactionEvent = z.object({
  ...targeted,
  kind: z.literal("reaction"),
  emoji: z.string(),
  on: z.boolean(),
});

/** What happened to a user in the room. */
export const memberChange = z.enum(["join", "leave", "kick", "ban"]);
/** `user` was let in, left, was taken out, or was banned; `sender` did it. */
export const memberEvent = z.object({
  ...base,
  kind: z.literal("member"),
  change: memberChange,
  user: z.object({ id: z.string(), name: z.string() }),
  reason: z.string().optional(),
});
export type MemberEvent = z.infer<typeof memberEvent>;

/** What changed about the room itself. */
export const roomChange = z.enum(["created", "title", "topic"]);
/** The room was made, or got another title or topic: `value` is the new one. */
export const roomChangeEvent = z.object({
  ...base,
  kind: z.literal("room"),
  change: roomChange,
  value: z.string(),
});
export type RoomChangeEvent = z.infer<typeof roomChangeEvent>;

/** One entry of a room's numbered log. Kinds to come are added here; a client ignores those it does not know. */
export const roomEvent = z.discriminatedUnion("kind", [
  messageEvent,
  editEvent,
  deleteEvent,
  reactionEvent,
  memberEvent,
  roomChangeEvent,
]);
export type RoomEvent = z.infer<typeof roomEvent>;

/** Payload of the fact `room:events`: offsets ascending. */
export const roomEvents = z.object({ room: roomId, epoch: z.string(), events: z.array(roomEvent) });
export type RoomEvents = z.infer<typeof roomEvents>;

/** Answer to every read of a log: `head` is the highest offset (0 when empty), `floor` the lowest readable one. */
export interface RoomPage {
  events: RoomEvent[];
  head: number;
  floor: number;
  epoch: string;
  /** The reader is too far behind, or below `floor`: `events` is a snapshot of the end, not what follows `after`. */
  truncated: boolean;
}
