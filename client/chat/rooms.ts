import type { User } from "../../shared/values.js";
import type { RoomEvents } from "../../shared/room-events.js";
import { createRoomFeed, type RoomFeed } from "../../shared/room-feed.js";
import { api, errorOf } from "../api.js";
import { withRoom } from "../by-room.js";
import { changeView, currentUser, emptyView, useChat } from "../store.js";
import { jitterMs, spread } from "./jitter.js";
import { forgetRoom, learnReading, readRoom, rememberRoom, startReading } from "./reading.js";
import { concerns, renamed } from "./room-news.js";
import { noteRole } from "./own-role.js";
import { showTimeline } from "./shown-timeline.js";
import { ask } from "./socket.js";

/** The room everybody begins with. */
export const firstRoom = "general";
const olderRetryMs = 2000;
/** Each event draws all rows anew: a page that is open for days must not grow for days. */
const shownMax = 2000;
const nobody = { counts: { guests: 0, members: 0, admins: 0 }, users: [] };
const feeds = new Map<string, RoomFeed>();

function createFeed(room: string): RoomFeed {
  const own: RoomFeed = createRoomFeed(room, {
    join: (input) => ask("room:join", input),
    read: (input) => ask("events:read", input),
    wait: (ms, callback) => void setTimeout(callback, spread(ms)),
    joined({ presence }) {
      if (noteRole(presence.users)) void loadRooms();
      changeView(room, () => ({ status: "ready", error: null, presence, typing: [] }));
    },
    refused(error) {
      if (error.code === "not_found") forgetRoom(room);
      const { unread } = emptyView;
      changeView(room, () => ({ status: "refused", error, presence: nobody, typing: [], unread }));
    },
    changed(timeline) {
      if (feeds.get(room) !== own) return;
      showTimeline(room, timeline);
      if (room !== useChat.getState().current) trimRoom(room);
    },
  });
  return own;
}

function follow(room: string): void {
  if (feeds.has(room)) return;
  const feed = createFeed(room);
  feeds.set(room, feed);
  useChat.setState(({ views }) => ({ views: withRoom(views, room, emptyView) }));
  if (useChat.getState().connection === "connected") void feed.join();
}

/** Starts with the rooms this browser remembers of the user. */
export function startRooms(user: User): void {
  const { current, read } = startReading(user);
  for (const room of Object.keys(read)) follow(room);
  openRoom(current ?? firstRoom);
  void loadRooms();
}

/** Ends all rooms of this page. */
export function endRooms(): void {
  for (const feed of feeds.values()) feed.close();
  feeds.clear();
}

/** Reads the list of rooms. */
export async function loadRooms(): Promise<void> {
  const user = currentUser();
  try {
    const { rooms } = await api.rooms();
    if (currentUser() !== user) return;
    useChat.setState({ rooms, roomsError: null });
    learnReading(rooms);
    // Read on another device: its news count here too.
    for (const { id, read } of rooms) if (read > 0) follow(id);
    for (const room of feeds.keys()) readRoom(room);
    // Let in again meanwhile.
    for (const { id } of rooms) if (useChat.getState().views[id]?.status === "refused") retryRoom(id);
  } catch (thrown) {
    if (currentUser() === user) useChat.setState({ roomsError: errorOf(thrown) });
  }
}

/** Shows a room, and follows it from now on. */
export function openRoom(room: string): void {
  useChat.setState({ current: room });
  rememberRoom(room);
  follow(room);
  readRoom(room);
}

/** Joins a refused room once more. */
export function retryRoom(room: string): void {
  changeView(room, () => ({ status: "loading", error: null }));
  void feeds.get(room)?.join();
}

/** Joins the shown room at once and the other opened ones within a moment: for every new connection. */
export function joinRooms(): void {
  const { current } = useChat.getState();
  for (const [room, feed] of feeds) {
    if (room === current) void feed.join();
    else setTimeout(() => feeds.get(room) === feed && void feed.join(), jitterMs());
  }
}

/** Marks what the shown room holds as read. */
export function readCurrent(): void {
  const { current } = useChat.getState();
  if (current !== null) readRoom(current);
}

/** Hands live events to their room, and what they say of the room itself to the list. */
export function takeEvents(batch: RoomEvents): void {
  const feed = feeds.get(batch.room);
  feed?.take(batch);
  const { rooms } = useChat.getState();
  const changed = renamed(rooms, batch);
  if (changed !== rooms) useChat.setState({ rooms: changed });
  if (!concerns(currentUser()?.id ?? "", batch)) return;
  void loadRooms();
  // Who was taken out learns it from the answer.
  void feed?.join();
}

/** Lets go of the oldest of very many events, which can be read again; only where nobody is looking at them. */
export function trimRoom(room: string): void {
  const shown = useChat.getState().views[room]?.events.length ?? 0;
  if (shown > shownMax) feeds.get(room)?.trim(shownMax / 2);
}

/** Reads a room until this offset, if it is followed and not there yet. */
export function reachOffset(room: string, offset: number): void {
  feeds.get(room)?.reach(offset);
}

/** Reads the page before the first event shown; a failed read ends after a pause. */
export async function loadOlder(room: string): Promise<void> {
  const view = useChat.getState().views[room];
  if (!view?.hasOlder || view.loadingOlder) return;
  changeView(room, () => ({ loadingOlder: true }));
  try {
    await feeds.get(room)?.readOlder();
    changeView(room, () => ({ startedAnew: false }));
  } catch {
    // The list asks again as soon as this is over.
    await new Promise((resolve) => setTimeout(resolve, olderRetryMs));
  }
  changeView(room, () => ({ loadingOlder: false }));
}
