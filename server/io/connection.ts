import type { Socket as TcpSocket } from "node:net";
import type { WebSocket } from "ws";
import type { ChatServer } from "./types.js";
import { tcpSocketOf } from "./web-socket.js";

/** When a connection was last given room events, in whole ms. Kept with it: a map would cost as much as the rest. */
export const givenAt = Symbol("given at");

/** The parts of a connection that the types of engine.io keep private; its version is pinned. */
export interface Connection {
  readyState: string;
  writeBuffer: unknown[];
  transport: { name: string; socket?: WebSocket };
  write(data: string, options: { wsPreEncodedFrame: Buffer[] }): void;
  [givenAt]?: number;
}

/**
 * The TCP socket under a connection, where what is written to it comes after everything the layers above it were
 * given: an open WebSocket with nothing queued. A connection that is about to be upgraded is still polling.
 */
export function shortcutOf({ readyState, writeBuffer, transport }: Connection): TcpSocket | null {
  if (readyState !== "open" || writeBuffer.length > 0 || transport.name !== "websocket") return null;
  return transport.socket === undefined ? null : tcpSocketOf(transport.socket);
}

/** Gives this node's connections in a channel; a list stands until somebody comes or goes. */
export function createConnectionsIn(io: () => ChatServer): (channel: string) => readonly Connection[] {
  const lists = new Map<string, Connection[]>();
  const forget = (channel: string) => void lists.delete(channel);
  let isFollowing = false;

  function list(channel: string): Connection[] {
    const { adapter, sockets } = io().of("/");
    if (!isFollowing) for (const event of ["join-room", "leave-room"]) adapter.on(event, forget);
    isFollowing = true;
    const ids = adapter.rooms.get(channel);
    if (ids === undefined) return [];
    const all = [...ids].flatMap((id) => sockets.get(id)?.conn ?? []) as unknown as Connection[];
    lists.set(channel, all);
    return all;
  }

  return (channel) => lists.get(channel) ?? list(channel);
}
