import type { User } from "../../shared/values.js";
import type { RoomView } from "../store.js";

/** Who is in the rooms this page follows and not in this one, by name: nobody can be looked up elsewhere. */
export function peopleSeen(views: Readonly<Record<string, RoomView>>, room: string, me: User): User[] {
  const here = new Set(views[room]?.presence?.users.map(({ id }) => id));
  const seen = new Map<string, User>();
  for (const { presence } of Object.values(views))
    for (const user of presence?.users ?? [])
      if (user.id !== me.id && !here.has(user.id)) seen.set(user.id, user);
  return [...seen.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Those among them whose name has these letters in it, or who have this id. */
export function matching(people: readonly User[], search: string): User[] {
  const wanted = search.trim().toLowerCase();
  return people.filter(({ id, name }) => id === wanted || name.toLowerCase().includes(wanted));
}

/** Whether this is a user's id, as everybody finds his own in his menu. */
export function isUserId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text.trim());
}
