import type { RoomEvents } from "../../shared/room-events.js";
import type { Delivery } from "../delivery/delivery.js";
import { Failure } from "../failure.js";
import type { Append } from "../history/append.js";
import type { HistoryReader } from "../history/read.js";
import type { Limiter } from "../limits/bucket.js";
import type { Presence } from "../presence/presence.js";
import type { Rooms } from "../rooms/rooms.js";
import type { CommandHandlers } from "./command.js";
import { roomChannel } from "./names.js";

/** What the chat's commands work with. */
export interface ChatDeps {
  rooms: Rooms;
  append: Append;
  history: HistoryReader;
  delivery: Delivery;
  presence: Presence;
  limiter: Limiter;
  /** Sends a committed batch to everybody in its room, on all nodes. */
  broadcast(batch: RoomEvents): void;
  guestsMayWrite: boolean;
}

/** The commands of the namespace `/`. */
export function chatCommands(deps: ChatDeps): CommandHandlers {
  const { rooms, append, history, delivery, presence, limiter } = deps;
  return {
    async "room:join"(socket, { room, after }) {
      await rooms.assertReadable(socket.data.user, room);
      // Live first, then the page: what comes between is in both, and the client drops what it knows.
      await socket.join(roomChannel(room));
      const page = await history.catchUp(room, after);
      if (!socket.connected) throw new Failure("unavailable", "the connection ended");
      delivery.watch(room, page.head, page.epoch);
      presence.enter(socket.id, room);
      return { room, ...page, presence: presence.roomState(room) };
    },
    async "room:leave"(socket, { room }) {
      await socket.leave(roomChannel(room));
      return {};
    },
    async "message:send"(socket, input) {
      const { user } = socket.data;
      if (user.role === "guest" && !deps.guestsMayWrite)
        throw new Failure("forbidden", "guests may only read");
      await limiter.take("messages", user.id);
      const { appended, batch, id, offset, at } = await append(user, input);
      if (appended) deps.broadcast(batch);
      return { id, offset, at };
    },
    async "events:read"(socket, { room, after, before, limit }) {
      await rooms.assertReadable(socket.data.user, room);
      return history.page(room, { after, before, limit });
    },
    async "typing:set"(socket, { room, on }) {
      if (!socket.rooms.has(roomChannel(room))) throw new Failure("not_found", "no such room");
      socket.volatile.to(roomChannel(room)).emit("typing:changed", { room, user: socket.data.user, on });
      return {};
    },
  };
}
