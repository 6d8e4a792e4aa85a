import { useMemo } from "react";
import type { RoomEvent } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";
import { type ChatState, useChat } from "../store.js";
import { createMessageRows, type MessageRow } from "./message-rows.js";

/** The rows of a room: its events, and of all that waits what belongs there. */
export function roomRows(
  room: string,
  events: readonly RoomEvent[],
  { accepted, outgoing }: Pick<ChatState, "accepted" | "outgoing">,
  user: User,
): MessageRow[] {
  const waiting = [...accepted, ...outgoing].filter(({ action }) => action.input.room === room);
  return createMessageRows(events, waiting, user);
}

/** The rows of a shown room; the same array until something in them changes. */
export function useRoomRows(room: string, events: readonly RoomEvent[], user: User): MessageRow[] {
  const accepted = useChat((state) => state.accepted);
  const outgoing = useChat((state) => state.outgoing);
  return useMemo(
    () => roomRows(room, events, { accepted, outgoing }, user),
    [room, events, accepted, outgoing, user],
  );
}
