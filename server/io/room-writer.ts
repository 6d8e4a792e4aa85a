import type { Socket as TcpSocket } from "node:net";
import type { WebSocket } from "ws";
import type { RoomEvents } from "../../shared/room-events.js";
import { roomChannel } from "./names.js";
import type { ChatServer } from "./types.js";
import { frameOf, tcpSocketOf } from "./web-socket.js";

/** When a connection was last given room events, in whole ms. Kept with it: a map would cost as much as the rest. */
const givenAt = Symbol("given at");

/** The parts of a connection that the types of engine.io keep private; its version is pinned. */
interface Connection {
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
function shortcutOf({ readyState, writeBuffer, transport }: Connection): TcpSocket | null {
  if (readyState !== "open" || writeBuffer.length > 0 || transport.name !== "websocket") return null;
  return transport.socket === undefined ? null : tcpSocketOf(transport.socket);
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

/** A batch as it goes out: for the ordinary way, and as the WebSocket frame of the shortcut. */
interface Encoded {
  packet: string;
  frame: Buffer;
}

function encode(batch: RoomEvents): Encoded {
  const packet = socketEvent + JSON.stringify(["room:events", batch]);
  return { packet, frame: frameOf(engineMessage + packet) };
}

/** Up to here copying frames together costs less than giving the system a list of them. */
const copiedBytesMax = 4096;

function writeFrames(tcp: TcpSocket, frames: Buffer[]): void {
  const length = frames.reduce((sum, frame) => sum + frame.length, 0);
  if (length <= copiedBytesMax) {
    tcp.write(Buffer.concat(frames, length));
    return;
  }
  tcp.cork();
  for (const frame of frames) tcp.write(frame);
  tcp.uncork();
}

function send(connection: Connection, all: Encoded[]): void {
  const tcp = shortcutOf(connection);
  const [first, second] = all;
  if (tcp === null)
    for (const { packet, frame } of all) connection.write(packet, { wsPreEncodedFrame: [frame] });
  else if (first && !second) tcp.write(first.frame);
  else
    writeFrames(
      tcp,
      all.map(({ frame }) => frame),
    );
}

/**
 * A writer for the sockets of `io()`; each batch is encoded once, whatever the number of its readers. A socket that
 * was given nothing for `whileMs` is alone.
 */
export function createRoomWriter(io: () => ChatServer, whileMs: number): RoomWriter {
  function* connectionsIn(room: string): Generator<Connection> {
    const { adapter, sockets } = io().of("/");
    for (const id of adapter.rooms.get(roomChannel(room)) ?? []) {
      const socket = sockets.get(id);
      if (socket) yield socket.conn as unknown as Connection;
    }
  }

  return {
    write(batches) {
      const now = Math.floor(performance.now());
      const written = { deliveries: 0, lone: 0 };
      /** Of a socket in several rooms all leaves at once. */
      const due = new Map<Connection, Encoded[]>();
      for (const batch of batches) {
        const alone = [encode(batch)];
        for (const connection of connectionsIn(batch.room)) {
          const before = due.get(connection);
          due.set(connection, before ? [...before, ...alone] : alone);
          written.deliveries += batch.events.length;
        }
      }
      for (const [connection, all] of due) {
        send(connection, all);
        if (now - (connection[givenAt] ?? -Infinity) > whileMs) written.lone += 1;
        connection[givenAt] = now;
      }
      return written;
    },
  };
}
