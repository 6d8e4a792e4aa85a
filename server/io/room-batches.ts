import type { RoomEvent, RoomEvents } from "../../shared/room-events.js";

/** Room events that wait to leave together. */
export interface RoomBatches {
  add(batch: RoomEvents): void;
  /** Takes all that waits: by room in the order of arrival, few events many times made many events few times. */
  take(): RoomEvents[];
}

/** Of full-size messages so many fit into what the bus and the clients take as one. */
const eventsMax = 200;

/** Creates an empty one. */
export function createRoomBatches(): RoomBatches {
  let rooms = new Map<string, RoomEvents[]>();

  return {
    add(batch) {
      const waiting = rooms.get(batch.room);
      if (waiting === undefined) {
        rooms.set(batch.room, [batch]);
        return;
      }
      const last = waiting.at(-1);
      if (last?.epoch === batch.epoch && last.events.length + batch.events.length <= eventsMax)
        waiting[waiting.length - 1] = { ...last, events: inOrder(last.events, batch.events) };
      else waiting.push(batch);
    },
    take() {
      const taken = [...rooms.values()].flat();
      rooms = new Map();
      return taken;
    },
  };
}

/** Two runs of events as one: those of two nodes may have crossed. */
function inOrder(first: RoomEvent[], second: RoomEvent[]): RoomEvent[] {
  const all = [...first, ...second];
  const isSorted = (first.at(-1)?.offset ?? 0) < (second[0]?.offset ?? Infinity);
  return isSorted ? all : all.sort((a, b) => a.offset - b.offset);
}
