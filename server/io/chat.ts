import type { RoomPage } from "../../shared/room-events.js";
import { Failure } from "../failure.js";
import type { UserAction } from "../history/append.js";
import type { Append } from "../history/group-commit.js";
import type { HistoryReader } from "../history/read.js";
import type { Presence } from "../presence/presence.js";
import type { Access } from "../rooms/access.js";
import type { Rooms } from "../rooms/rooms.js";
import type { CommandHandlers } from "./command.js";
import { socketRoom } from "../bus/channels.js";

/** What the chat's commands work with. */
export interface ChatDeps {
  access: Access;
  rooms: Rooms;
  append: Append;
  history: HistoryReader;
  presence: Presence;
  /** Resolves when what other nodes say in the room is heard, or when that takes too long. */
  follow(room: string): Promise<void>;
  /** Only members may read this room, which has local sockets now. */
  guard(room: string): void;
  /** A socket in the room is given this page: what comes after it has to reach it. */
  watch(room: string, page: RoomPage): void;
  guestsMayWrite: boolean;
}

/** The commands of the namespace `/`. */
export function chatCommands(deps: ChatDeps): CommandHandlers {
  const { access, rooms, append, history, presence } = deps;

  /** Appends what a user does; its event reaches all in the room, the sender too. */
  async function act(action: UserAction) {
    if (action.sender.role === "guest" && !deps.guestsMayWrite)
      throw new Failure("forbidden", "guests may only read");
    const { id, offset, at } = await append(action);
    return { id, offset, at };
  }

  return {
    async "room:join"(socket, { room, after }) {
      const { user } = socket.data;
      const channel = socketRoom(room);
      const { visibility } = await access(user, room);
      // Live first, then the head, then the page: what comes between is in both, and the client drops what it knows.
      await socket.join(channel);
      // Gone while it was asked: it can not join any more, and nobody would leave for it what is followed here.
      if (!socket.connected) throw new Failure("unavailable", "the connection ended");
      if (visibility === "private") deps.guard(room);
      await deps.follow(room);
      // Asked again, because he may have been taken out before he was in.
      const { head } = await access(user, room).catch(async (error: unknown) => {
        await socket.leave(channel);
        throw error;
      });
      const page = await history.catchUp(room, head, after);
      if (!socket.connected) throw new Failure("unavailable", "the connection ended");
      // Taken out while it was read.
      if (!socket.rooms.has(channel)) throw new Failure("not_found", "no such room");
      deps.watch(room, page);
      presence.enter(socket.id, room);
      return { room, ...page, presence: presence.roomState(room) };
    },
    async "room:leave"(socket, { room }) {
      await socket.leave(socketRoom(room));
      return {};
    },
    async "message:send"(socket, { room, clientId, text, replyTo }) {
      return act({ kind: "message", sender: socket.data.user, room, clientId, text, replyTo });
    },
    async "message:edit"(socket, { room, clientId, target, text }) {
      const { offset, at } = await act({
        kind: "edit",
        sender: socket.data.user,
        room,
        clientId,
        target,
        text,
      });
      return { offset, at };
    },
    async "message:delete"(socket, { room, clientId, target }) {
      const { offset, at } = await act({ kind: "delete", sender: socket.data.user, room, clientId, target });
      return { offset, at };
    },
    async "reaction:set"(socket, { room, clientId, target, emoji, on }) {
      const { offset } = await act({
        kind: "reaction",
        sender: socket.data.user,
        room,
        clientId,
        target,
        emoji,
        on,
      });
      return { offset };
    },
    async "events:read"(socket, { room, after, before, limit }) {
      const { head } = await access(socket.data.user, room);
      return history.page(room, head, { after, before, limit });
    },
    async "read:set"(socket, { room, offset }) {
      await rooms.read(socket.data.user, room, offset);
      return {};
    },
    async "typing:set"(socket, { room, on }) {
      if (!socket.rooms.has(socketRoom(room))) throw new Failure("not_found", "no such room");
      socket.volatile.to(socketRoom(room)).emit("typing:changed", { room, user: socket.data.user, on });
      return {};
    },
  };
}
