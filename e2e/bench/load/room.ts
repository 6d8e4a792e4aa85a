import { numberOf, type Batch } from "./packets.js";

/** A room as the load knows it. Members get the same bytes, so each packet is parsed once and compared after that. */
export interface Room {
  name: string;
  /** Numbers of the messages in a packet that was kept and begins with this offset; null when it is not the same. */
  find(offset: number, bytes: Buffer, start: number, end: number): Int32Array | null;
  keep(batch: Batch, bytes: Buffer, start: number, end: number): void;
}

interface Packet {
  first: number;
  bytes: Buffer;
  numbers: Int32Array;
}

/** How many offsets a room's slowest member may be behind its fastest, before packets are parsed again. */
export const ringOf = (rooms: number) => Math.max(1024, Math.floor(32_768 / rooms));

/** Creates one that keeps packets of so many offsets. */
export function createRoom(name: string, ring: number): Room {
  const packets: (Packet | undefined)[] = Array.from({ length: ring });
  return {
    name,
    find(offset, bytes, start, end) {
      const packet = packets[offset % ring];
      const isSame =
        packet?.first === offset &&
        packet.bytes.length === end - start &&
        packet.bytes.compare(bytes, start, end) === 0;
      return isSame ? packet.numbers : null;
    },
    keep({ messages }, bytes, start, end) {
      const first = messages[0]?.offset ?? 0;
      packets[first % ring] = {
        first,
        bytes: Buffer.from(bytes.subarray(start, end)),
        numbers: Int32Array.from(messages, ({ text }) => numberOf(text)),
      };
    },
  };
}

/** Names of rooms: as long as each other, with their index at the end, so that it is read without a look at the rest. */
export const roomNames = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => prefix + String(index).padStart(3, "0"));

/** The index in a room's name whose last digit is at `end - 1`. */
export function roomIndex(bytes: Buffer, end: number): number {
  const digit = (at: number) => (bytes[at] ?? 0) - 48;
  return digit(end - 3) * 100 + digit(end - 2) * 10 + digit(end - 1);
}
