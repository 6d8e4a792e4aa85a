import type { User } from "../shared/values.js";
import { api, errorOf } from "./api.js";
import { closeConnection, openConnection } from "./chat/connection.js";
import { resetStore } from "./store.js";

const retryMs = 3000;

/** Finds out who the cookie belongs to, and tries again while the server cannot be reached. */
export async function loadSession(): Promise<void> {
  try {
    enter((await api.whoAmI()).user);
  } catch (thrown) {
    const error = errorOf(thrown);
    if (!error.retryable) resetStore({ status: "nobody", reason: null });
    else setTimeout(() => void loadSession(), error.retryAfterMs ?? retryMs);
  }
}

/** Starts the chat as this user. */
export function enter(user: User): void {
  resetStore({ status: "known", user });
  openConnection(user, leave);
}

/** Ends the chat on this page; `reason` is shown at the entry. */
export function leave(reason: string | null): void {
  closeConnection();
  resetStore({ status: "nobody", reason });
}

/** Logs out at the server and leaves; stays, telling why, when the server does not confirm. */
export async function logOut(): Promise<string | null> {
  try {
    await api.logOut();
  } catch (thrown) {
    const error = errorOf(thrown);
    if (error.code !== "unauthenticated") return error.message;
  }
  leave(null);
  return null;
}
