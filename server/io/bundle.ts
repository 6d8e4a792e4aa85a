import type { RoomEvents } from "../../shared/room-events.js";
import { frameOfPacket } from "./frame.js";

/** What Socket.IO puts before an event of the namespace `/`. */
const socketEvent = "2";

/** A batch as it goes out: for the ordinary way, and as a whole WebSocket frame. */
export interface Encoded {
  packet: string;
  frame: Buffer;
}

/** Encodes a batch for any number of readers. */
export function encode(batch: RoomEvents): Encoded {
  const packet = socketEvent + JSON.stringify(["room:events", batch]);
  return { packet, frame: frameOfPacket(packet) };
}

/**
 * What a socket is given in a tick, in this order. Bundles are a tree: sockets that are given the same share one, and
 * its bytes.
 */
export interface Bundle {
  all: readonly Encoded[];
  /** This and one more. */
  with(one: Encoded): Bundle;
  /** Its bytes, in one piece unless they are many. */
  pieces(): readonly Buffer[];
}

/** Frames are joined up to here: every socket may have a bundle of its own, and large frames are better shared. */
const joinedBytesMax = 65_536;

function join(frames: Buffer[]): Buffer[] {
  const length = frames.reduce((sum, frame) => sum + frame.length, 0);
  return frames.length === 1 || length > joinedBytesMax ? frames : [Buffer.concat(frames, length)];
}

function extend(all: readonly Encoded[]): Bundle {
  const longer = new Map<Encoded, Bundle>();
  let pieces: Buffer[] | undefined;
  return {
    all,
    with(one) {
      const known = longer.get(one) ?? extend([...all, one]);
      longer.set(one, known);
      return known;
    },
    pieces() {
      pieces ??= join(all.map(({ frame }) => frame));
      return pieces;
    },
  };
}

/** The empty bundle, the root of a tick's tree. */
export const noBundle = () => extend([]);
