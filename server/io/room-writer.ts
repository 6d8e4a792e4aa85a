import type { RoomEvents } from "../../shared/room-events.js";
import { encode, noBundle, type Bundle } from "./bundle.js";
import { createConnectionsIn, givenAt, shortcutOf, type Connection } from "./connection.js";
import { writeDirect } from "./direct-write.js";
import { socketRoom } from "../bus/channels.js";
import type { ChatServer } from "./types.js";

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

function send(connection: Connection, bundle: Bundle): void {
  const tcp = shortcutOf(connection);
  if (tcp === null) {
    for (const { packet, frame } of bundle.all) connection.write(packet, { wsPreEncodedFrame: [frame] });
    return;
  }
  const pieces = bundle.pieces();
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) {
    if (!writeDirect(tcp, only)) tcp.write(only);
    return;
  }
  tcp.cork();
  for (const piece of pieces) tcp.write(piece);
  tcp.uncork();
}

/**
 * A writer for the sockets of `io()`; each batch is encoded once, whatever the number of its readers. A socket that
 * was given nothing for `whileMs` is alone.
 */
export function createRoomWriter(io: () => ChatServer, whileMs: number): RoomWriter {
  const connectionsIn = createConnectionsIn(io);

  /** Of a socket in several rooms all leaves at once. */
  function bundle(batches: readonly { batch: RoomEvents; readers: readonly Connection[] }[]) {
    const due = new Map<Connection, Bundle>();
    const none = noBundle();
    for (const { batch, readers } of batches) {
      const encoded = encode(batch);
      for (const reader of readers) due.set(reader, (due.get(reader) ?? none).with(encoded));
    }
    return due;
  }

  return {
    write(batches) {
      const now = Math.floor(performance.now());
      const written = { deliveries: 0, lone: 0 };
      const read = batches
        .map((batch) => ({ batch, readers: connectionsIn(socketRoom(batch.room)) }))
        .filter(({ readers }) => readers.length > 0);
      for (const { batch, readers } of read) written.deliveries += batch.events.length * readers.length;
      for (const [connection, due] of bundle(read)) {
        send(connection, due);
        if (now - (connection[givenAt] ?? -Infinity) > whileMs) written.lone += 1;
        connection[givenAt] = now;
      }
      return written;
    },
  };
}
