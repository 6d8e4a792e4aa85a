import type { MemberEvent, MessageEvent, RoomChangeEvent, RoomEvent } from "./room-events.js";
import type { User } from "./values.js";

/** Who put one emoji on a message, in the order of the log. */
export interface Reaction {
  emoji: string;
  users: readonly User[];
}

/** A message as it stands now: at the place of its event, with the last text given to it. */
export interface FoldedMessage {
  kind: "message";
  event: MessageEvent;
  /** Empty when deleted. */
  text: string;
  editedAt: number | null;
  deleted: boolean;
  /** Who deleted it, where the log read so far tells. */
  deletedBy: User | null;
  reactions: readonly Reaction[];
}

/** What a person sees of a room from top to bottom: messages, and notices about members and the room. */
export type RoomEntry = FoldedMessage | MemberEvent | RoomChangeEvent;

/** Takes back or puts an emoji; the last event wins, a user counts once. */
function react(reactions: readonly Reaction[], emoji: string, user: User, on: boolean): Reaction[] {
  const without = reactions.map((reaction) =>
    reaction.emoji === emoji
      ? { emoji, users: reaction.users.filter((other) => other.id !== user.id) }
      : reaction,
  );
  if (on) {
    const found = without.find((reaction) => reaction.emoji === emoji);
    if (found) found.users = [...found.users, user];
    else without.push({ emoji, users: [user] });
  }
  return without.filter((reaction) => reaction.users.length > 0);
}

/**
 * Folds a stretch of a room's log, ascending and without holes, into what it shows. What targets a message before
 * the stretch is left out: it takes effect when that message is read (trust.md §4, edge cases).
 */
export function foldRoom(events: readonly RoomEvent[]): RoomEntry[] {
  const entries: RoomEntry[] = [];
  const messages = new Map<string, FoldedMessage>();
  for (const event of events) {
    if (event.kind === "message") {
      const { text } = event;
      const message: FoldedMessage = {
        kind: "message",
        event,
        text,
        editedAt: null,
        deleted: text === "",
        deletedBy: null,
        reactions: [],
      };
      messages.set(event.id, message);
      entries.push(message);
    } else if (event.kind === "member" || event.kind === "room") entries.push(event);
    else if ("target" in event) {
      const message = messages.get(event.target);
      if (!message) continue;
      if (event.kind === "delete") {
        Object.assign(message, {
          text: "",
          editedAt: null,
          deleted: true,
          deletedBy: event.sender,
          reactions: [],
        });
      } else if (message.deleted) continue;
      else if (event.kind === "edit") {
        message.text = event.text;
        message.editedAt = event.at;
      } else message.reactions = react(message.reactions, event.emoji, event.sender, event.on);
    }
  }
  return entries;
}
