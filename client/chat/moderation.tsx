// What admins do about a person in the whole chat; each tells how it went, and a mute or a ban can be taken back.
import type { ReactNode } from "react";
import type { User } from "../../shared/values.js";
import { api } from "../api.js";
import { attempt, tell } from "../ui/told.js";

/** How long a mute lasts; without `seconds` until it is taken back. */
export interface MuteTime {
  label: string;
  seconds?: number;
}

/** The times to choose from. */
export const muteTimes: readonly MuteTime[] = [
  { label: "for 10 minutes", seconds: 600 },
  { label: "for 1 hour", seconds: 3600 },
  { label: "until taken back" },
];

const about = (person: User, what: string): ReactNode => (
  <>
    <bdi>{person.name}</bdi> {what}
  </>
);

/** Lets a person read but not write. */
export function mute(person: User, { label, seconds }: MuteTime): Promise<void> {
  return attempt(
    () => api.mute(person.id, seconds),
    about(person, `is muted ${label}.`),
    () => unmute(person),
  );
}

/** Lets a person write again. */
export function unmute(person: User): Promise<void> {
  return attempt(() => api.unmute(person.id), about(person, "may write again."));
}

/** Ends a person's connections; rejects with `ApiError`. */
export async function kick(person: User, reason: string | undefined): Promise<void> {
  await api.kick(person.id, reason);
  tell(about(person, "was kicked."));
}

/** Keeps a person out; rejects as above. */
export async function ban(person: User, reason: string | undefined): Promise<void> {
  await api.ban(person.id, reason);
  tell(about(person, "is banned."), () => unban(person));
}

function unban(person: User): Promise<void> {
  return attempt(() => api.unban(person.id), about(person, "may come back."));
}

/** Makes a person with an account an admin of the whole chat, or takes it back. */
export function setRole(person: User, role: "member" | "admin"): Promise<void> {
  const what = role === "admin" ? "is an admin now." : "is no admin any more.";
  return attempt(() => api.setRole(person.id, role), about(person, what));
}

/** Gives a person another role in a room. */
export function appoint(room: string, person: User, role: "member" | "moderator"): Promise<void> {
  const what = role === "moderator" ? "moderates this room now." : "is a plain member now.";
  return attempt(() => api.putMember(room, person.id, role), about(person, what));
}
