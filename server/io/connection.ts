// oxlint-disable no-underscore-dangle -- ws keeps what is needed here to itself
import type { Socket as TcpSocket } from "node:net";
import { WebSocket } from "ws";
import { frameOfPacket } from "./frame.js";
import type { ChatServer } from "./types.js";

/** When a connection was last given room events, in whole ms. Kept with it: a map would cost as much as the rest. */
export const givenAt = Symbol("given at");

/** How Socket.IO wants something written. */
interface WriteOptions {
  volatile?: boolean;
  /** The finished frame of the same, in one or two pieces. */
  wsPreEncodedFrame?: Buffer[];
}

/** The parts of a connection that the types of engine.io keep private; its version is pinned. */
export interface Connection {
  readyState: string;
  writeBuffer: unknown[];
  transport: { name: string; socket?: WebSocket };
  write(data: unknown, options?: WriteOptions, callback?: () => void): unknown;
  [givenAt]?: number;
}

/** What ws keeps private; the version is pinned, and where it is not as expected the ordinary way is taken. */
interface Parts {
  _sender?: { _state?: number };
  _socket?: TcpSocket | null;
}

const isIdle = 0;

/** The TCP socket under an open WebSocket; null where it is closing or something is queued. */
function tcpSocketOf(socket: WebSocket): TcpSocket | null {
  const { _sender: sender, _socket: tcp } = socket as unknown as Parts;
  return socket.readyState === WebSocket.OPEN && sender?._state === isIdle ? (tcp ?? null) : null;
}

/**
 * The TCP socket under a connection, where what is written to it comes after everything the layers above it were
 * given: an open WebSocket with nothing queued. A connection that is about to be upgraded is still polling.
 */
export function shortcutOf({ readyState, writeBuffer, transport }: Connection): TcpSocket | null {
  if (readyState !== "open" || writeBuffer.length > 0 || transport.name !== "websocket") return null;
  return transport.socket === undefined ? null : tcpSocketOf(transport.socket);
}

const uncork = (tcp: TcpSocket) => tcp.uncork();

/** Writes with all else of this turn of the event loop, the tick's events too. */
function writeThisTurn(tcp: TcpSocket, frame: readonly Buffer[]): void {
  if (tcp.writableCorked === 0) {
    tcp.cork();
    process.nextTick(uncork, tcp);
  }
  for (const piece of frame) tcp.write(piece);
}

/**
 * Has all that Socket.IO writes to open WebSockets go the short way, and what it writes to one of them in a turn be
 * one write; engine.io and ws make a write of each packet, and a dozen calls.
 */
export function shortenWrites(io: ChatServer): void {
  let ordinary: Connection["write"];

  function write(this: Connection, ...all: Parameters<Connection["write"]>): unknown {
    const [data, options, callback] = all;
    const tcp = shortcutOf(this);
    if (tcp === null || typeof data !== "string" || callback !== undefined) return ordinary.apply(this, all);
    if (options?.volatile !== true || !tcp.writableNeedDrain)
      writeThisTurn(tcp, options?.wsPreEncodedFrame ?? [frameOfPacket(data)]);
    return this;
  }

  io.engine.on("connection", (connection: Connection) => {
    ordinary ??= connection.write;
    connection.write = write;
  });
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
