import { randomUUID } from "node:crypto";
import type { RoomEvents } from "../../../shared/room-events.js";

/** Bytes of one message of 100 as it goes to one socket by WebSocket, its frame's head included. */
export function frameBytes(): number {
  const batch: RoomEvents = {
    room: "general",
    epoch: randomUUID(),
    events: [
      {
        kind: "message",
        offset: 123_456,
        id: randomUUID(),
        at: 1_800_000_000_000,
        sender: { id: randomUUID(), name: "Guest 1234", role: "guest" },
        clientId: randomUUID(),
        text: "x".repeat(100),
      },
    ],
  };
  return 4 + Buffer.byteLength(`42${JSON.stringify(["room:events", batch])}`);
}
