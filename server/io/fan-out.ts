import type { RoomEvents } from "../../shared/room-events.js";
import { createPace } from "./pace.js";
import { createRoomBatches } from "./room-batches.js";
import { createRoomWriter } from "./room-writer.js";
import { createTick } from "./tick.js";
import type { ChatServer } from "./types.js";

/** The way of all room events out of this node: one tick, one write a socket, and one look at whom to tell. */
export interface FanOut {
  /** To this node's sockets in the room. */
  give(batch: RoomEvents): void;
  /** To the other nodes. */
  tell(batch: RoomEvents): void;
  /** What waits for company has waited enough: it leaves before the event loop goes on, with acks given meanwhile. */
  hurry(): void;
  /** How long gathering pays now, in ms; 0 while it does not. */
  windowMs(): number;
  /** Sends now what is due. */
  flush(): void;
}

/** What the fan-out works with. */
export interface FanOutPorts {
  io(): ChatServer;
  /** Publishes for the other nodes; tells how many events were for every one of them. */
  publish(batches: readonly RoomEvents[]): number;
  /** Counts events given to local sockets. */
  delivered(count: number): void;
  /** Under load events gather no longer than this. */
  windowMaxMs: number;
}

/** To gather what all nodes hear pays where so many would meet in a window. */
const several = 4;

/** In a longer window fewer are not worth the wait. */
const defaultWindowMs = 20;

/** Creates the fan-out of one node. */
export function createFanOut({ io, publish, delivered, windowMaxMs }: FanOutPorts): FanOut {
  // What comes within two windows would have found company, had it waited.
  const writer = createRoomWriter(io, 2 * windowMaxMs);
  const toSockets = createRoomBatches();
  const toNodes = createRoomBatches();
  const told = createPace(Math.min(windowMaxMs, defaultWindowMs) / several);

  const tick = createTick(() => {
    const forAll = publish(toNodes.take());
    if (forAll > 0) told.came(forAll);
    const { deliveries, lone } = writer.write(toSockets.take());
    delivered(deliveries);
    return deliveries === 0 ? 0 : 1 - lone / deliveries;
  }, windowMaxMs);

  return {
    give(batch) {
      toSockets.add(batch);
      tick.due();
    },
    tell(batch) {
      toNodes.add(batch);
      tick.due();
    },
    hurry: tick.hurry,
    // What is told costs every node that hears it as much as this one: it gathers before the writes here would.
    windowMs: () => (told.isQuick() ? windowMaxMs : tick.windowMs()),
    flush: tick.flush,
  };
}
