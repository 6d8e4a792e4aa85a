import { z } from "zod";
import { offset, roomId, user } from "./values.js";

const base = {
  offset,
  /** UUID of the event; a message's is the `target` of its edits. */
  id: z.string(),
  /** Commit time by the database's clock, ms since 1970. Shown, never used for order. */
  at: z.number(),
  sender: user,
};

/** A message as stored. */
export const messageEvent = z.object({
  ...base,
  kind: z.literal("message"),
  text: z.string(),
  clientId: z.string(),
  replyTo: z.string().optional(),
});
export type MessageEvent = z.infer<typeof messageEvent>;

/** One entry of a room's numbered log. Kinds to come are added here; a client ignores those it does not know. */
export const roomEvent = z.discriminatedUnion("kind", [messageEvent]);
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
