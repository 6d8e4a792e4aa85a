// oxlint-disable no-underscore-dangle -- ws keeps what is needed here to itself
import type { Socket as TcpSocket } from "node:net";
import type { RoomEvents } from "../../shared/room-events.js";
import { roomChannel } from "./names.js";
import type { ChatServer } from "./types.js";

/** When a connection was last given room events, in whole ms. Kept with it: a map would cost as much as the rest. */
const givenAt = Symbol("given at");

/**
 * The parts of a connection that the types of engine.io and ws keep private; versions are pinned, and where one is
 * not as expected the ordinary way is taken.
 */
interface Connection {
  readyState: string;
  writeBuffer: unknown[];
  transport: { name: string; socket?: WebSocketParts };
  write(data: string, options: { wsPreEncodedFrame: Buffer[] }): void;
  [givenAt]?: number;
}
interface WebSocketParts {
  readyState: number;
  _sender?: { _state?: number };
  _socket?: TcpSocket | null;
}

const isOpen = 1;
const isIdle = 0;

/**
 * The TCP socket under a connection, where what is written to it comes after everything the layers above it were
 * given and before what they will be: an open WebSocket with nothing queued by engine.io or by ws. A connection that
 * is about to be upgraded is still polling.
 */
function shortcutOf({ readyState, writeBuffer, transport }: Connection): TcpSocket | null {
  if (readyState !== "open" || writeBuffer.length > 0 || transport.name !== "websocket") return null;
  const { socket } = transport;
  if (socket?.readyState !== isOpen || socket._sender?._state !== isIdle) return null;
  return socket._socket ?? null;
}

/** A whole WebSocket text frame, as a server sends it: not masked (RFC 6455 §5.2). */
export function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = 0x81;
  frame[1] = headLength === 2 ? length : headLength === 4 ? 126 : 127;
  if (headLength === 4) frame.writeUInt16BE(length, 2);
  if (headLength === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, headLength);
  return frame;
}

/** What a writer did. */
export interface Written {
  /** Events given to sockets, each counted for each. */
  deliveries: number;
  /** Of these, such as no other could have been joined with: their socket had been given nothing for a while. */
  lone: number;
}

/** Writes room events to this node's sockets. */
export interface RoomWriter {
  /** Gives each batch to the sockets in its room, each socket's in one write. */
  write(batches: readonly RoomEvents[]): Written;
}

/** What engine.io puts before a message, and Socket.IO before an event of the namespace `/`. */
const engineMessage = "4";
const socketEvent = "2";

/**
 * A writer for the sockets of `io()`; each batch is encoded once, whatever the number of its readers. A socket that
 * was given nothing for `whileMs` is alone.
 */
export function createRoomWriter(io: () => ChatServer, whileMs: number): RoomWriter {
  function give(connection: Connection, packet: string, frame: Buffer, corked: Set<TcpSocket> | null): void {
    const shortcut = shortcutOf(connection);
    if (shortcut === null) return connection.write(packet, { wsPreEncodedFrame: [frame] });
    if (corked !== null && !corked.has(shortcut)) {
      shortcut.cork();
      corked.add(shortcut);
    }
    shortcut.write(frame);
  }

  function writeBatch(batch: RoomEvents, now: number, corked: Set<TcpSocket> | null): Written {
    const written = { deliveries: 0, lone: 0 };
    const { adapter, sockets } = io().of("/");
    const ids = adapter.rooms.get(roomChannel(batch.room));
    if (ids === undefined) return written;
    const packet = socketEvent + JSON.stringify(["room:events", batch]);
    const frame = frameOf(engineMessage + packet);
    for (const id of ids) {
      const socket = sockets.get(id);
      if (socket === undefined) continue;
      const connection = socket.conn as unknown as Connection;
      give(connection, packet, frame, corked);
      written.deliveries += batch.events.length;
      if (now - (connection[givenAt] ?? -Infinity) > whileMs) written.lone += 1;
      connection[givenAt] = now;
    }
    return written;
  }

  return {
    write(batches) {
      const now = Math.floor(performance.now());
      const all = { deliveries: 0, lone: 0 };
      // A socket in several rooms gets what is due of all of them at once.
      const corked = batches.length > 1 ? new Set<TcpSocket>() : null;
      try {
        for (const batch of batches) {
          const { deliveries, lone } = writeBatch(batch, now, corked);
          all.deliveries += deliveries;
          all.lone += lone;
        }
      } finally {
        for (const socket of corked ?? []) socket.uncork();
      }
      return all;
    },
  };
}
