import { decode, encode } from "notepack.io";

/** msgpack as the adapter and the emitter speak it; decodes each message once, whoever asks. */
export interface Codec {
  encode(message: unknown): Buffer;
  decode(bytes: Buffer): unknown;
}

/** Creates a codec. */
export function createCodec(): Codec {
  let last: { bytes: Buffer; message: unknown } | null = null;
  return {
    encode,
    // The guard decodes first, then hands the adapter the same bytes.
    decode(bytes) {
      if (last?.bytes !== bytes) last = { bytes, message: decode(bytes) };
      return last.message;
    },
  };
}
