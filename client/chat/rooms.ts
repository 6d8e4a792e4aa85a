import type { User } from "../../shared/values.js";
import type { RoomEvents } from "../../shared/room-events.js";
import type { Timeline } from "../../shared/timeline.js";
import { api, errorOf } from "../api.js";
import { changeView, currentUser, emptyView, useChat } from "../store.js";
import { createRoomFeed, type RoomFeed } from "./room-feed.js";
import { keepRoomMemory, loadRoomMemory, type RoomMemory } from "./room-memory.js";
import { ask } from "./socket.js";

const firstRoom = "general";
const olderRetryMs = 2000;
const feeds = new Map<string, RoomFeed>();
let memory: RoomMemory = { current: null, read: {} };

function remember(): void {
  const user = currentUser();
  if (user) keepRoomMemory(user.id, memory);
}

function countUnread(timeline: Timeline, after: number): number {
  const me = currentUser()?.id;
  return timeline.events().filter((event) => event.offset > after && event.sender.id !== me).length;
}

function isRead(room: string): boolean {
  return useChat.getState().current === room && document.visibilityState === "visible";
}

function showTimeline(room: string, timeline: Timeline): void {
  const position = timeline.position();
  if (position === null) return;
  // A restored log may end before what was read.
  const read = isRead(room) ? position : Math.min(memory.read[room] ?? position, position);
  if (memory.read[room] !== read) {
    memory.read[room] = read;
    remember();
  }
  useChat.setState(({ accepted }) => ({
    accepted: accepted.filter((entry) => entry.room !== room || entry.offset > position),
  }));
  changeView(room, () => ({
    events: timeline.events(),
    hasOlder: timeline.hasOlder(),
    unread: countUnread(timeline, read),
  }));
}

function createFeed(room: string): RoomFeed {
  const own: RoomFeed = createRoomFeed(room, {
    join: (input) => ask("room:join", input),
    read: (input) => ask("events:read", input),
    wait: (ms, callback) => void setTimeout(callback, ms),
    joined({ presence }) {
      changeView(room, () => ({ status: "ready", error: null, presence, typing: [] }));
    },
    refused(error) {
      if (error.code === "not_found") delete memory.read[room];
      remember();
      changeView(room, () => ({ status: "refused", error }));
    },
    changed(timeline) {
      if (feeds.get(room) === own) showTimeline(room, timeline);
    },
  });
  return own;
}

function follow(room: string): void {
  if (feeds.has(room)) return;
  const feed = createFeed(room);
  feeds.set(room, feed);
  useChat.setState(({ views }) => ({ views: { ...views, [room]: emptyView } }));
  if (useChat.getState().connection === "connected") void feed.join();
}

/** Starts with the rooms this browser remembers of the user. */
export function startRooms(user: User): void {
  memory = loadRoomMemory(user.id);
  for (const room of Object.keys(memory.read)) follow(room);
  openRoom(memory.current ?? firstRoom);
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
    if (currentUser() === user) useChat.setState({ rooms, roomsError: null });
  } catch (thrown) {
    if (currentUser() === user) useChat.setState({ roomsError: errorOf(thrown) });
  }
}

/** Shows a room, and follows it from now on. */
export function openRoom(room: string): void {
  useChat.setState({ current: room });
  memory.current = room;
  remember();
  follow(room);
  readCurrent();
}

/** Joins a refused room once more. */
export function retryRoom(room: string): void {
  changeView(room, () => ({ status: "loading", error: null }));
  void feeds.get(room)?.join();
}

/** Joins all opened rooms: for every new connection. */
export function joinRooms(): void {
  for (const feed of feeds.values()) void feed.join();
}

/** Marks what the shown room holds as read. */
export function readCurrent(): void {
  const { current, views } = useChat.getState();
  const last = current === null ? undefined : views[current]?.events.at(-1)?.offset;
  if (current === null || last === undefined || !isRead(current)) return;
  memory.read[current] = Math.max(memory.read[current] ?? 0, last);
  remember();
  changeView(current, () => ({ unread: 0 }));
}

/** Hands live events to their room. */
export function takeEvents(batch: RoomEvents): void {
  feeds.get(batch.room)?.take(batch);
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
  } catch {
    // The list asks again as soon as this is over.
    await new Promise((resolve) => setTimeout(resolve, olderRetryMs));
  }
  changeView(room, () => ({ loadingOlder: false }));
}
