import type { Room } from "../../shared/http.js";
import type { RoomEvents } from "../../shared/room-events.js";

/** The rooms with the titles and topics that live events give them; the same array when they give none. */
export function renamed(rooms: readonly Room[], { room, events }: RoomEvents): readonly Room[] {
  const patch: Partial<Room> = {};
  for (const event of events)
    if (event.kind === "room" && event.change !== "created") patch[event.change] = event.value;
  if (Object.keys(patch).length === 0) return rooms;
  return rooms.map((one) => (one.id === room ? { ...one, ...patch } : one));
}

/** Whether live events say that the user's own membership changed. */
export function concerns(user: string, { events }: RoomEvents): boolean {
  return events.some((event) => event.kind === "member" && event.user.id === user);
}
