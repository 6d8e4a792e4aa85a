import type { RoomEvents } from "../../shared/room-events.js";
import { socketRoom } from "../bus/channels.js";
import { userChannel } from "./names.js";
import type { ChatServer } from "./types.js";

/** Takes users out of what they may not read any more. */
export interface Eviction {
  /** Only members may read this room, which has local sockets. */
  guard(room: string): void;
  /** The room has no local sockets any more. */
  forget(room: string): void;
  /**
   * To be called before a batch goes to local sockets: who left, or was taken out or banned by it, still gets the
   * event that says so and nothing after it. The log itself is the news, so it holds on every node, also when the
   * bus is away and the batch comes by the head poll (trust.md P9, T20).
   */
  obey(batch: RoomEvents): void;
  /** Ends the user's sockets on all nodes, telling him why. */
  end(userId: string, reason: string): void;
}

/** Eviction of the sockets of `io()`; `giveDue` sends what they were to be given before. */
export function createEviction(io: () => ChatServer, giveDue: () => void): Eviction {
  const guarded = new Set<string>();

  function takeOut(batch: RoomEvents, upTo: number, userId: string): void {
    const { adapter, sockets } = io().of("/");
    const channel = socketRoom(batch.room);
    giveDue();
    for (const id of adapter.rooms.get(userChannel(userId)) ?? []) {
      const socket = sockets.get(id);
      if (!socket?.rooms.has(channel)) continue;
      socket.emit("room:events", { ...batch, events: batch.events.slice(0, upTo + 1) });
      void socket.leave(channel);
    }
  }

  return {
    guard: (room) => void guarded.add(room),
    forget: (room) => void guarded.delete(room),
    obey(batch) {
      batch.events.forEach((event, i) => {
        if (event.kind !== "member" || event.change === "join") return;
        if (event.change === "ban" || guarded.has(batch.room)) takeOut(batch, i, event.user.id);
      });
    },
    end(userId, reason) {
      // Here at once, also while Redis is away; elsewhere over the bus.
      for (const target of [io().local.in(userChannel(userId)), io().in(userChannel(userId))]) {
        target.emit("session:ended", { reason });
        target.disconnectSockets(true);
      }
    },
  };
}
