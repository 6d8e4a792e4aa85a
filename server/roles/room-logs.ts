import type { RoomEvents } from "../../shared/room-events.js";
import type { NodeConfig } from "../config/config.js";
import { openDatabase } from "../database/pool.js";
import { createDelivery, type Delivery } from "../delivery/delivery.js";
import { createAppend, type Append } from "../history/group-commit.js";
import { readHeads, renewEpoch } from "../history/heads.js";
import { createHistoryReader, readStretches, type HistoryReader } from "../history/read.js";
import { createRecentEvents } from "../history/recent.js";
import { createEviction, type Eviction } from "../io/eviction.js";
import { createEntrance, type Entrance } from "../io/entrance.js";
import { createFanOut } from "../io/fan-out.js";
import { socketRoom } from "../bus/channels.js";
import type { ChatServer } from "../io/types.js";
import { createAccess, type Access } from "../rooms/access.js";
import { createRooms, type Rooms } from "../rooms/rooms.js";
import type { Instance } from "./instance.js";

/** A node's part in the room logs: who may, writing, reading, and what its sockets are given. */
export interface RoomLogs {
  access: Access;
  rooms: Rooms;
  /** What users do passes here, then is appended. */
  entrance: Entrance;
  append: Append;
  history: HistoryReader;
  delivery: Delivery;
  eviction: Eviction;
  /** Gives a batch to this node's sockets with the next tick, whichever way it came. */
  give(batch: RoomEvents): void;
  /** Sends what was committed here to everybody in its room, on all nodes. */
  broadcast(batch: RoomEvents): void;
  /** The room has no local sockets any more. */
  leave(room: string): void;
  /** Ends the looks at heads, and sends what is due. */
  stop(): void;
  /** Closes what was opened for reading, last of all. */
  close(): Promise<void>;
}

/** Opens them for the sockets of `io()`, which may be made after this. */
export function openRoomLogs(config: NodeConfig, instance: Instance, io: () => ChatServer): RoomLogs {
  const { bus, database, log, metrics } = instance;
  const access = createAccess(database);
  const recent = createRecentEvents();
  const fanOut = createFanOut({
    io,
    publish: (batches) => bus?.tellRooms(batches) ?? 0,
    delivered: (count) => metrics.eventsDelivered.inc(count),
    windowMaxMs: config.fanoutWindowMaxMs,
  });
  // Who is taken out was given all that came before.
  const eviction = createEviction(io, fanOut.flush);
  const replica =
    config.replicaUrl === null
      ? null
      : openDatabase(
          { ...config.database, url: config.replicaUrl, name: `parley ${config.instanceId}` },
          log,
        );

  function give(batch: RoomEvents): void {
    eviction.obey(batch);
    if (!io().of("/").adapter.rooms.has(socketRoom(batch.room))) return;
    delivery.delivered(batch);
    recent.keep(batch);
    fanOut.give(batch);
  }

  function broadcast(batch: RoomEvents): void {
    fanOut.tell(batch);
    give(batch);
  }

  /** What users do has waited at the entrance. */
  function committed(batch: RoomEvents): void {
    broadcast(batch);
    fanOut.hurry();
  }

  const delivery = createDelivery({
    readHeads: (watched) => readHeads(database, watched),
    readMissing: (stretches) => readStretches(database, stretches),
    async wentBack(room, head) {
      log.error(
        { room, head: head.head },
        "a room's log went back: it gets a new epoch, clients read it anew",
      );
      await renewEpoch(database, room, head);
    },
    repaired: (count) => metrics.deliveryRepaired.inc(count),
    isDegraded: () => bus !== null && !bus.isHearing(),
    log,
    intervalMs: config.headPollIntervalMs,
    emitLocally: give,
  });

  return {
    access,
    rooms: createRooms({ database, access, committed: broadcast }),
    entrance: createEntrance(fanOut.windowMs),
    append: createAppend({ database, metrics, committed, unsure: () => delivery.resync() }),
    history: createHistoryReader({ primary: database, replica, recent, log }),
    delivery,
    eviction,
    give,
    broadcast,
    leave(room) {
      delivery.unwatch(room);
      recent.forget(room);
      eviction.forget(room);
    },
    stop() {
      delivery.stop();
      fanOut.flush();
    },
    close: async () => replica?.close(),
  };
}
