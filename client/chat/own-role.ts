import type { User } from "../../shared/values.js";
import { currentUser, useChat } from "../store.js";

/**
 * Takes over the user's own role where others are told of it: an admin changed it while the page was open. Tells whether
 * it is another one.
 */
export function noteRole(users: readonly User[]): boolean {
  const me = currentUser();
  const told = users.find(({ id }) => id === me?.id);
  if (!me || !told || told.role === me.role) return false;
  useChat.setState({ session: { status: "known", user: { ...me, role: told.role } } });
  return true;
}
