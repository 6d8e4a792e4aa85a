import type { RoomEvent } from "../../shared/room-events.js";
import { foldRoom } from "../../shared/room-state.js";
import type { Unread } from "../store.js";

/** Counts the messages of others after the offset read; what was deleted needs no reading. */
export function countUnread(events: readonly RoomEvent[], read: number, me: string): Unread {
  const entries = foldRoom(events.filter(({ offset }) => offset > read));
  const messages = entries.filter((entry) => entry.kind === "message" && !entry.deleted);
  const count = messages.filter((entry) => entry.kind === "message" && entry.event.sender.id !== me).length;
  return { count, more: count > 0 && (events[0]?.offset ?? 1) > read + 1 };
}

/** The number as shown: `50+` when more are not loaded. */
export function unreadText({ count, more }: Unread): string {
  return count > 99 ? "99+" : `${count}${more ? "+" : ""}`;
}

/** The unread messages of several rooms together. */
export function sumUnread(all: readonly Unread[]): Unread {
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    more: all.some(({ more }) => more),
  };
}
