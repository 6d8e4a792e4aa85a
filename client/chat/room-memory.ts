import { byRoom } from "../by-room.js";
import { keep, loadKept } from "./storage.js";

/** What a browser remembers of a user's rooms. */
export interface RoomMemory {
  current: string | null;
  /** Opened rooms, each with the last offset read. */
  read: Record<string, number>;
}

const key = (userId: string) => `parley:rooms:${userId}`;

function isMemory(value: unknown): value is RoomMemory {
  if (typeof value !== "object" || value === null || !("read" in value) || !("current" in value))
    return false;
  const { read, current } = value;
  if (typeof read !== "object" || read === null || Array.isArray(read)) return false;
  return (current === null || typeof current === "string") && Object.values(read).every(Number.isSafeInteger);
}

/** The user's rooms as kept, or none. */
export function loadRoomMemory(userId: string): RoomMemory {
  const { current, read } = loadKept(key(userId), isMemory) ?? { current: null, read: {} };
  return { current, read: byRoom(read) };
}

/** Keeps the user's rooms. */
export function keepRoomMemory(userId: string, memory: RoomMemory): void {
  keep(key(userId), memory);
}
