import type { CommandInput, JoinedRoom, SentMessage } from "../../../shared/commands.js";
import type { RoomEvents, RoomPage } from "../../../shared/room-events.js";
import type { User } from "../../../shared/values.js";
import type { Actor, Clock } from "./clock.js";

/** What a page can ask of its node. */
export interface Commands {
  join(input: CommandInput<"room:join">): Promise<JoinedRoom>;
  read(input: CommandInput<"events:read">): Promise<RoomPage>;
  send(input: CommandInput<"message:send">): Promise<SentMessage>;
}

/** A page as its connection sees it. */
export interface PageEnd {
  actor: Actor;
  user: User;
  connected(): void;
  received(batch: RoomEvents): void;
  disconnected(): void;
}

/** A node as its connections see it. */
export interface NodeEnd {
  actor: Actor;
  commands(socket: Socket): Commands;
  drop(socket: Socket): void;
}

/** The node's side of a connection. */
export interface Socket {
  user: User;
  connected: boolean;
  emit(batch: RoomEvents): void;
}

/** The page's side of a connection. What is sent one way arrives in order, or not at all once it is broken. */
export interface Connection {
  /** Rejects when the command fails; never settles when the connection breaks meanwhile. */
  ask<T>(command: (commands: Commands) => Promise<T>): Promise<T>;
  /** Carries nothing from now on; both ends notice after `unnoticedMs`. */
  break(unnoticedMs: number): void;
}

/** Connects a page with a node; broken from the start when there is none. */
export function openConnection(
  clock: Clock,
  latency: () => number,
  page: PageEnd,
  node: NodeEnd | null,
): Connection {
  let broken = false;
  const lastAt = { up: 0, down: 0 };

  function carry(way: "up" | "down", to: Actor, task: () => void): void {
    lastAt[way] = Math.max(lastAt[way], clock.now() + latency());
    clock.after(lastAt[way] - clock.now(), to, () => {
      if (!broken) task();
    });
  }

  const socket: Socket = {
    user: page.user,
    connected: false,
    emit: (batch) => carry("down", page.actor, () => page.received(batch)),
  };
  const connection: Connection = {
    ask: (command) =>
      new Promise((resolve, reject) => {
        if (!node) return;
        const answer = (settle: () => void) => carry("down", page.actor, settle);
        carry("up", node.actor, () => {
          command(node.commands(socket)).then(
            (data) => answer(() => resolve(data)),
            (error: Error) => answer(() => reject(error)),
          );
        });
      }),
    break(unnoticedMs) {
      if (broken) return;
      broken = true;
      clock.after(unnoticedMs, page.actor, () => page.disconnected());
      if (node) clock.after(unnoticedMs, node.actor, () => node.drop(socket));
    },
  };
  if (node) {
    carry("up", node.actor, () => {
      socket.connected = true;
      carry("down", page.actor, () => page.connected());
    });
  } else connection.break(latency());
  return connection;
}
