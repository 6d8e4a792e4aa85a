// Who may enter a room. What happens is told in the room's log, so nothing else has to show it.
import type { User } from "../../shared/values.js";
import { api } from "../api.js";
import { firstRoom, loadRooms, openRoom } from "./rooms.js";

/** Lets somebody in, known by his id; rejects with `ApiError`. */
export async function letIn(room: string, userId: string): Promise<void> {
  await api.putMember(room, userId.trim().toLowerCase(), "member");
}

/** Takes a person out; rejects as above. */
export async function takeOut(room: string, person: User): Promise<void> {
  await api.removeMember(room, person.id);
}

/** Leaves a room for good and shows another one; rejects as above. */
export async function leaveRoom(room: string, user: User): Promise<void> {
  await api.removeMember(room, user.id);
  openRoom(firstRoom);
  await loadRooms();
}
