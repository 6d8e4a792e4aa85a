import type { Pace } from "./load/talk.js";

/** A standing shape of load: who is in which rooms. */
export interface Shape {
  rooms: number;
  sockets: number;
  /** Rooms of one socket. */
  roomsEach: number;
  /** Low fixed rates in messages a second. */
  rates: number[];
  /** Messages not seen by everybody that a saturating load keeps under way. */
  unseen: number;
}

/** Name of a load. */
export type LoadName = "hot" | "many" | "multi";

/** The loads: one large room, many small ones, and sockets that are each in several. */
export const shapes: Record<LoadName, Shape> = {
  hot: { rooms: 1, sockets: 500, roomsEach: 1, rates: [40, 160], unseen: 32 },
  many: { rooms: 50, sockets: 1000, roomsEach: 1, rates: [500, 2500], unseen: 200 },
  multi: { rooms: 50, sockets: 500, roomsEach: 10, rates: [500], unseen: 100 },
};

/** The pace that saturates a server with this load. */
export const saturating = ({ unseen }: Shape): Pace => ({ kind: "unseen", count: unseen });

/** Rooms of each socket: neighbours in the list, so that every room has as many as the others. */
export const placesOf = ({ rooms, sockets, roomsEach }: Shape): number[][] =>
  Array.from({ length: sockets }, (_, socket) =>
    Array.from({ length: roomsEach }, (_, i) => (socket * roomsEach + i) % rooms),
  );
