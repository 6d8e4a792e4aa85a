import { decode, encode } from "notepack.io";

/** What this program appends to the adapter's `[uid, packet, opts]`; a stock adapter ignores it (lab-notes §2.3). */
export interface Stamp {
  boot: string;
  /** Counts up for each message of the boot. */
  sequence: number;
  /** The boot's own monotonic clock, ms: only its own echo may read it. */
  sentAt: number;
}

/** msgpack with stamps for everything sent; decodes each message once, whoever asks. */
export interface Codec {
  encode(message: unknown): Buffer;
  decode(bytes: Buffer): unknown;
}

/** Creates the codec of one boot. */
export function createCodec(boot: string): Codec {
  let sequence = 0;
  let last: { bytes: Buffer; message: unknown } | null = null;
  return {
    encode(message) {
      if (!Array.isArray(message)) return encode(message);
      sequence += 1;
      return encode([...(message as unknown[]), { b: boot, n: sequence, t: performance.now() }]);
    },
    // The guard decodes first, then hands the adapter the same bytes.
    decode(bytes) {
      if (last?.bytes !== bytes) last = { bytes, message: decode(bytes) };
      return last.message;
    },
  };
}

/** The stamp of a decoded message; null for one of a stock emitter. */
export function stampOf(message: unknown): Stamp | null {
  const stamp = Array.isArray(message)
    ? (message[3] as { b?: unknown; n?: unknown; t?: unknown } | undefined)
    : null;
  if (typeof stamp?.b !== "string" || typeof stamp.n !== "number" || typeof stamp.t !== "number") return null;
  return { boot: stamp.b, sequence: stamp.n, sentAt: stamp.t };
}
