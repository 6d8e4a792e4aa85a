import type { Room } from "../../shared/http.js";
import type { User } from "../../shared/values.js";

/** What one may do about somebody in a room; the server has the last word. */
export interface PersonRights {
  /** Take him out of the room. */
  takeOut: boolean;
  /** Make him a moderator of the room, or a plain member again. */
  appoint: boolean;
  /** Kick, mute and ban him, in the whole chat. */
  moderate: boolean;
}

/** Whether the user may change the room, delete what others wrote there, and say who is in. */
export function runsRoom(user: User, room: Room | undefined): boolean {
  return user.role === "admin" || room?.role === "owner" || room?.role === "moderator";
}

/** Whether the user may say who gets into the room: public ones are open to all. */
export function runsMembers(user: User, room: Room | undefined): boolean {
  return room?.visibility === "private" && runsRoom(user, room);
}

/** Whether the user can leave the room for good: an owner stays. */
export function canLeave(room: Room): boolean {
  return room.role === "member" || room.role === "moderator";
}

/** The user's rights over somebody in the room. */
export function rightsOver(person: User, user: User, room: Room | undefined): PersonRights {
  const other = person.id !== user.id;
  // Admins enter every room, whoever takes them out.
  const member = other && person.role !== "admin" && runsMembers(user, room);
  return {
    takeOut: member,
    appoint: member && (user.role === "admin" || room?.role === "owner"),
    moderate: other && user.role === "admin",
  };
}
