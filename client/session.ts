import type { User } from "../shared/values.js";
import { api, errorOf } from "./api.js";
import { closeConnection, openConnection } from "./chat/connection.js";
import { banned, type Ending } from "./entry/endings.js";
import { currentUser, resetStore, useChat } from "./store.js";

const retryMs = 3000;

/** Finds out who the cookie belongs to, and tries again while the server cannot be reached. */
export async function loadSession(): Promise<void> {
  // Entered in another way while it waited.
  if (currentUser()) return;
  try {
    enter((await api.whoAmI()).user);
  } catch (thrown) {
    const error = errorOf(thrown);
    if (error.code === "forbidden") resetStore({ status: "nobody", ending: banned() });
    else if (!error.retryable) resetStore({ status: "nobody", ending: null });
    else setTimeout(() => void loadSession(), error.retryAfterMs ?? retryMs);
  }
}

/** Starts the chat as this user. */
export function enter(user: User): void {
  resetStore({ status: "known", user });
  openConnection(user, leave);
}

/** Ends the chat on this page; why is shown at the entry. */
export function leave(ending: Ending | null): void {
  closeConnection();
  resetStore({ status: "nobody", ending });
  if (ending?.mayReturn) void tellBan(ending);
}

/** Being sent out is told in one way, for a while or for good: the server knows which. */
async function tellBan(ending: Ending): Promise<void> {
  try {
    await api.whoAmI();
  } catch (thrown) {
    const { session } = useChat.getState();
    const same = session.status === "nobody" && session.ending === ending;
    if (same && errorOf(thrown).code === "forbidden")
      useChat.setState({ session: { status: "nobody", ending: banned(ending.text) } });
  }
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
