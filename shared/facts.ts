import { z } from "zod";
import type { ClusterEvent, ClusterHealth } from "./cluster.js";
import type { Ack, CommandData, CommandInput, CommandName } from "./commands.js";
import type { PresenceDiff, PresenceState } from "./presence.js";
import type { RoomEvents } from "./room-events.js";
import type { User } from "./values.js";
import { countCharacters, isStorable, messageText } from "./values.js";

/** Body of an announcement. */
export const announcementInput = z.strictObject({
  text: messageText,
  level: z.enum(["info", "warning", "critical"]),
});
export type AnnouncementLevel = z.infer<typeof announcementInput>["level"];

/** Payload of `announcement:created`. */
export interface Announcement {
  id: string;
  text: string;
  level: AnnouncementLevel;
  at: number;
}

const labelCharactersMax = 64;
const label = z
  .string()
  .refine((value) => isStorable(value) && value.trim() !== "", "must be text, not blank")
  .refine(
    (value) => countCharacters(value) <= labelCharactersMax,
    `at most ${labelCharactersMax} characters`,
  );

/** Payload of `external:event`: what an outside service tells a room, kept nowhere. `data` is the service's own JSON. */
export const externalEvent = z.strictObject({ source: label, type: label, data: z.json() });
export type ExternalEvent = z.infer<typeof externalEvent>;

/** Facts the server tells in the namespace `/`. */
export interface ServerToClientEvents {
  "room:events": (payload: RoomEvents) => void;
  "presence:state": (payload: PresenceState) => void;
  "presence:diff": (payload: PresenceDiff) => void;
  "typing:changed": (payload: { room: string; user: User; on: boolean }) => void;
  "announcement:created": (payload: Announcement) => void;
  /** From outside the chat, ephemeral and without an offset. */
  "external:event": (payload: ExternalEvent) => void;
  "server:draining": (payload: { reconnectInMs: number }) => void;
  "session:ended": (payload: { reason: string }) => void;
  /** Cross-node delivery is slower while degraded. */
  "cluster:state": (payload: { degraded: boolean }) => void;
}

/** Commands a client sends in the namespace `/`, each acked. */
export type ClientToServerEvents = {
  [N in CommandName]: (input: CommandInput<N>, ack: (answer: Ack<CommandData[N]>) => void) => void;
};

/** Facts of the namespace `/admin`. */
export interface AdminServerToClientEvents {
  "cluster:health": (payload: ClusterHealth) => void;
  "cluster:event": (payload: ClusterEvent) => void;
}
