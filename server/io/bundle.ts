import type { RoomEvents } from "../../shared/room-events.js";
import { frameOf } from "./web-socket.js";

/** What engine.io puts before a message, and Socket.IO before an event of the namespace `/`. */
const engineMessage = "4";
const socketEvent = "2";

/** A batch as it goes out: for the ordinary way, and as a whole WebSocket frame. */
export interface Encoded {
  packet: string;
  frame: Buffer;
}

/** Encodes a batch for any number of readers. */
export function encode(batch: RoomEvents): Encoded {
  const packet = socketEvent + JSON.stringify(["room:events", batch]);
  return { packet, frame: frameOf(engineMessage + packet) };
}

/**
 * What a socket is given in a tick, in this order. Bundles are a tree: sockets that are given the same share one, and
 * its bytes.
 */
export interface Bundle {
  all: readonly Encoded[];
  /** This and one more. */
  with(one: Encoded): Bundle;
  /** All frames as one. */
  bytes(): Buffer;
}

function extend(all: readonly Encoded[]): Bundle {
  const longer = new Map<Encoded, Bundle>();
  let joined: Buffer | undefined;
  return {
    all,
    with(one) {
      const known = longer.get(one) ?? extend([...all, one]);
      longer.set(one, known);
      return known;
    },
    bytes() {
      joined ??= all.length === 1 && all[0] ? all[0].frame : Buffer.concat(all.map(({ frame }) => frame));
      return joined;
    },
  };
}

/** The empty bundle, the root of a tick's tree. */
export const noBundle = () => extend([]);
