import type { Emitter } from "@socket.io/redis-emitter";
import type { RoomEvents } from "../../shared/room-events.js";
import type { Audience } from "./audience.js";
import { everyRoomChannel, roomEventsChannel, socketRoom } from "./channels.js";
import type { GuardedPublisher } from "./publisher.js";

/** What room events are published with. */
export interface RoomPublisherPorts {
  emitter: Emitter;
  publisher: GuardedPublisher;
  audience: Audience;
}

/** More characters than these go as another message; a batch stays whole. */
const togetherMax = 250_000;

/** The batches as one message or a few, each an array as JSON: what decodes it is the engine itself. */
function pack(batches: readonly RoomEvents[]): string[] {
  const messages: string[][] = [];
  let length = Infinity;
  for (const batch of batches) {
    const text = JSON.stringify(batch);
    if (length + text.length > togetherMax) {
      messages.push([]);
      length = 0;
    }
    messages.at(-1)?.push(text);
    length += text.length;
  }
  return messages.map((texts) => `[${texts.join(",")}]`);
}

const countEvents = (batches: readonly RoomEvents[]) =>
  batches.reduce((sum, { events }) => sum + events.length, 0);

/**
 * Publishes room events for the other nodes: those of one room on its channel, which only nodes with members of it
 * hear. What every node listens to anyway is said to all of them in one message, which costs each of them one wake-up
 * and one check instead of one for each room. Nothing is published where nobody else listens. Tells how many events
 * were for every node.
 */
export function createRoomPublisher({ emitter, publisher, audience }: RoomPublisherPorts) {
  return (batches: readonly RoomEvents[]): number => {
    const heard = batches.filter(({ room }) => !audience.isAlone(roomEventsChannel(room)));
    const forAll = heard.filter(({ room }) => audience.isEverybody(roomEventsChannel(room)));
    const together = new Set(forAll.length > 1 ? forAll : []);
    for (const batch of heard)
      if (!together.has(batch)) emitter.to(socketRoom(batch.room)).emit("room:events", batch);
    for (const message of pack([...together])) void publisher.publish(everyRoomChannel, message);
    return countEvents(forAll);
  };
}
