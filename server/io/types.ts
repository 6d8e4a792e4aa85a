import type { Namespace, Server, Socket } from "socket.io";
import type {
  AdminServerToClientEvents,
  ClientToServerEvents,
  ServerToClientEvents,
} from "../../shared/facts.js";
import type { User } from "../../shared/values.js";

/** Between nodes, over the adapter. */
export interface InterServerEvents {
  "presence:changed": (rooms: string[]) => void;
  "users:changed": (userIds: string[]) => void;
}

/** Kept with a socket; other nodes may read it, so it holds nothing secret. */
export interface SocketData {
  user: User;
}

export type ChatServer = Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;
export type ChatSocket = Socket<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;
export type AdminNamespace = Namespace<
  Record<string, never>,
  AdminServerToClientEvents,
  InterServerEvents,
  SocketData
>;
