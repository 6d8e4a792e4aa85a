import { relayTo, type Relay } from "../support/relay.js";
import { at, enter, guest } from "../support/session.js";
import type { Random } from "./random.js";
import type { Recorder } from "./recorder.js";
import { createTalker, type Talker } from "./talker.js";
import { nodes, type World } from "./world.js";

/** Everybody in a run, and the rooms they are in. */
export interface People {
  rooms: readonly string[];
  talkers: readonly Talker[];
  close(): void;
}

async function createRooms(world: World, count: number): Promise<string[]> {
  const admin = await enter(world.stack.url, "/api/session", world.stack.admin);
  const rooms = Array.from({ length: count }, (_, i) => `fault-${i + 1}`);
  for (const id of rooms) {
    const { status } = await admin.request("POST", "/api/rooms", { id, title: id, visibility: "public" });
    if (status !== 201) throw new Error(`room ${id}: ${status}`);
  }
  return rooms;
}

/**
 * Brings people in, spread over the nodes: two of five go through nginx, one of three by polling, one of ten also
 * edits, deletes and reacts; each is in two of three rooms.
 */
export async function bringPeople(
  world: World,
  count: number,
  roomCount: number,
  random: Random,
  recorder: Recorder,
): Promise<People> {
  const rooms = await createRooms(world, roomCount);
  const all = nodes(world);
  const relays: Relay[] = [];
  for (const { instanceId } of all) relays.push(await relayTo(world.stack.url, instanceId));
  const talkers: Talker[] = [];
  for (let i = 0; i < count; i += 1) {
    const home = all[i % all.length];
    const relay = relays[i % relays.length];
    if (!home || !relay) throw new Error("a run needs nodes");
    const behindNginx = Math.floor(i / all.length) % 5 >= 3;
    const base = behindNginx ? relay.url : home.url;
    const name = `talker ${i + 1}`;
    const session = at(base, await guest(home.url, name));
    talkers.push(
      createTalker(
        {
          name,
          session,
          node: behindNginx ? null : home.instanceId,
          transports: [Math.floor(i / all.length) % 3 === 2 ? "polling" : "websocket"],
          rooms: rooms.filter((_, room) => (room + i) % 3 !== 0),
          isLively: i % 10 === 3,
          random: random.next,
        },
        recorder,
      ),
    );
  }
  return {
    rooms,
    talkers,
    close() {
      for (const talker of talkers) talker.close();
      for (const relay of relays) relay.close();
    },
  };
}
