import { createContext, useContext } from "react";
import type { FoldedMessage } from "../../shared/room-state.js";
import type { User } from "../../shared/values.js";

/** What the rows of a room's list may ask for. */
export interface ListContext {
  user: User;
  /** The user may delete what others wrote. */
  moderator: boolean;
  /** Brings a loaded message into view. */
  goTo(message: FoldedMessage): void;
  reply(message: FoldedMessage): void;
  edit(message: FoldedMessage): void;
  /** Asks the user before it deletes. */
  remove(message: FoldedMessage): void;
  react(message: FoldedMessage, emoji: string, on: boolean): void;
}

const context = createContext<ListContext | null>(null);

/** Gives a list's rows their context. */
export const ListContextProvider = context.Provider;

/** The list a row stands in; @throws Error outside one. */
export function useList(): ListContext {
  const list = useContext(context);
  if (!list) throw new Error("a row stands in a list");
  return list;
}
