import type { RoomEvent } from "../../shared/room-events.js";

/** What this node's sockets in one room were given. */
export interface WatchedRoom {
  readonly epoch: string;
  /** Everything up to here was given. */
  position(): number;
  has(offset: number): boolean;
  /** A socket's page ended at `head`: what was only taken for given above it has to be given. */
  include(head: number): void;
  mark(events: readonly RoomEvent[]): void;
  /** Counts what is at or below `offset` as given. */
  skipTo(offset: number): void;
  /** Notes the head seen now; returns up to where it is due: what was missing at the look before too, or all. */
  look(head: number, atOnce: boolean): number;
}

/** Starts with everything up to `head` given. */
export function createWatchedRoom(head: number, epoch: string): WatchedRoom {
  /** Up to here nothing was given by the node: the pages of its sockets had it. */
  let start = head;
  let upTo = head;
  let seenHead = head;
  /** Given beyond `upTo`, out of order. */
  const beyond = new Set<number>();

  const advance = () => {
    while (beyond.delete(upTo + 1)) upTo += 1;
  };

  return {
    epoch,
    position: () => upTo,
    has: (offset) => offset <= upTo || beyond.has(offset),
    include(offset) {
      if (offset >= start) return;
      for (let given = start + 1; given <= upTo; given += 1) beyond.add(given);
      start = upTo = offset;
    },
    mark(events) {
      for (const { offset } of events) if (offset > upTo) beyond.add(offset);
      advance();
    },
    skipTo(offset) {
      if (offset <= upTo) return;
      upTo = offset;
      for (const given of beyond) if (given <= upTo) beyond.delete(given);
      advance();
    },
    look(now, atOnce) {
      const due = atOnce ? now : seenHead;
      seenHead = now;
      return due;
    },
  };
}
