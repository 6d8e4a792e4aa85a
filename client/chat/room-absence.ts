import type { RoomEvent } from "../../shared/room-events.js";

/** Why a room is not there for the user any more, as its last events tell, or in general. */
export function absenceText(events: readonly RoomEvent[], userId: string): string {
  const last = events.findLast((event) => event.kind === "member" && event.user.id === userId);
  if (last?.kind === "member" && last.change === "kick")
    return `${last.sender.name} took you out of this room.`;
  if (last?.kind === "member" && last.change === "leave") return "You left this room.";
  return "There is no such room, or it is not open to you.";
}
