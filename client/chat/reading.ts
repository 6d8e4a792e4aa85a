// How far the user has read: in this browser's memory at once, at the server after a pause.
import type { Room } from "../../shared/http.js";
import type { User } from "../../shared/values.js";
import { byRoom } from "../by-room.js";
import { changeView, currentUser, useChat } from "../store.js";
import { createReadMarks, type ReadMarks } from "./read-marks.js";
import { keepRoomMemory, loadRoomMemory, type RoomMemory } from "./room-memory.js";
import { ask } from "./socket.js";
import { countUnread } from "./unread.js";

let memory: RoomMemory = { current: null, read: byRoom() };
let marks: ReadMarks | null = null;

function remember(): void {
  const user = currentUser();
  if (user) keepRoomMemory(user.id, memory);
}

function setRead(room: string, offset: number): void {
  const before = memory.read[room];
  if (before !== undefined && before >= offset) return;
  memory.read[room] = offset;
  remember();
}

/** Starts with what this browser remembers of the user. */
export function startReading(user: User): RoomMemory {
  memory = loadRoomMemory(user.id);
  const own: ReadMarks = createReadMarks({
    tell: (room, offset) => (marks === own ? ask("read:set", { room, offset }) : Promise.resolve()),
    wait: (ms, callback) => void setTimeout(callback, ms),
  });
  marks = own;
  return memory;
}

/** Tells the server what it has not heard yet. */
export function flushReading(): void {
  marks?.flush();
}

/** Takes over what was read on other devices. */
export function learnReading(rooms: readonly Room[]): void {
  for (const { id, read } of rooms) {
    if (read === 0) continue;
    marks?.learn(id, read);
    setRead(id, read);
  }
}

/** Remembers the room shown. */
export function rememberRoom(room: string): void {
  memory.current = room;
  remember();
}

/** Forgets a room that is gone. */
export function forgetRoom(room: string): void {
  delete memory.read[room];
  remember();
}

/** Not on the dashboard, which is another page on the same connection. */
const isBeforeEyes = (room: string) =>
  useChat.getState().current === room && location.pathname === "/" && document.visibilityState === "visible";

/** Marks a room as read while it is before the user's eyes, and counts what he has not read. */
export function readRoom(room: string): void {
  const { rooms, views } = useChat.getState();
  const view = views[room];
  const me = currentUser();
  if (view?.status !== "ready" || !me) return;
  const { events } = view;
  const last = events.at(-1)?.offset ?? 0;
  if (isBeforeEyes(room)) {
    setRead(room, last);
    marks?.mark(room, last);
  } else if (memory.read[room] === undefined && rooms.length > 0) {
    // Opened for the first time on any device: what is there already is not news.
    setRead(room, last);
  }
  // A restored log may end before what was read.
  const read = Math.min(memory.read[room] ?? last, last);
  changeView(room, () => ({ unread: countUnread(events, read, me.id) }));
}
