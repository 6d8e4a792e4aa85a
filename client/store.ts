import { create } from "zustand";
import type { ErrorBody } from "../shared/errors.js";
import type { Announcement } from "../shared/facts.js";
import type { Room } from "../shared/http.js";
import type { Outgoing } from "../shared/outbox.js";
import type { PresenceCounts, PresenceState } from "../shared/presence.js";
import type { RoomEvent } from "../shared/room-events.js";
import type { User } from "../shared/values.js";
import { byRoom, type ByRoom, withRoom } from "./by-room.js";
import type { Ending } from "./entry/endings.js";

/** Who uses this page, as far as it is known. */
export type Session =
  { status: "unknown" } | { status: "nobody"; ending: Ending | null } | { status: "known"; user: User };

/** State of the one connection, as people are told it. */
export type Connection = "connecting" | "connected" | "reconnecting" | "offline";

/** An accepted action whose event has not come yet. */
export interface Accepted extends Outgoing {
  offset: number;
}

/** One opened room as shown. */
export interface RoomView {
  status: "loading" | "ready" | "refused";
  error: ErrorBody | null;
  events: readonly RoomEvent[];
  hasOlder: boolean;
  loadingOlder: boolean;
  /** The page fell too far behind: what is between the events shown before and these is not loaded. */
  startedAnew: boolean;
  presence: PresenceState | null;
  typing: readonly User[];
  unread: Unread;
}

/** Messages of others after the last one read; `more` when not all of them are loaded. */
export interface Unread {
  count: number;
  more: boolean;
}

/** A message that is replied to or edited, as it stood when that began. */
export interface DraftTarget {
  id: string;
  sender: User;
  text: string;
}

/** What is being written in a room; an edit puts the text before aside until it is done. */
export interface Draft {
  text: string;
  reply: DraftTarget | null;
  edit: (DraftTarget & { aside: string }) | null;
}

/** Everything the chat shows; only the modules beside the socket change it. */
export interface ChatState {
  session: Session;
  connection: Connection;
  /** Delivery between servers is slower than usual. */
  degraded: boolean;
  online: PresenceCounts | null;
  rooms: readonly Room[];
  roomsError: ErrorBody | null;
  current: string | null;
  views: ByRoom<RoomView>;
  outgoing: readonly Outgoing[];
  accepted: readonly Accepted[];
  announcements: readonly Announcement[];
  drafts: ByRoom<Draft>;
}

/** A room nothing is known of yet. */
export const emptyView: RoomView = {
  status: "loading",
  error: null,
  events: [],
  hasOlder: false,
  loadingOlder: false,
  startedAnew: false,
  presence: null,
  typing: [],
  unread: { count: 0, more: false },
};

const nothing: Omit<ChatState, "session"> = {
  connection: "connecting",
  degraded: false,
  online: null,
  rooms: [],
  roomsError: null,
  current: null,
  views: byRoom(),
  outgoing: [],
  accepted: [],
  announcements: [],
  drafts: byRoom(),
};

/** The client's one store. */
export const useChat = create<ChatState>()(() => ({ session: { status: "unknown" }, ...nothing }));

/** Forgets all that belonged to the user before. */
export function resetStore(session: Session): void {
  useChat.setState({ session, ...nothing });
}

/** Changes one opened room's view; a room that is not open stays so. */
export function changeView(room: string, change: (view: RoomView) => Partial<RoomView>): void {
  useChat.setState((state) => {
    const view = state.views[room];
    return view ? { views: withRoom(state.views, room, { ...view, ...change(view) }) } : {};
  });
}

/** The user, or null before the entry. */
export function currentUser(): User | null {
  const { session } = useChat.getState();
  return session.status === "known" ? session.user : null;
}
