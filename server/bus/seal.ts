import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";

// What crosses Redis between instances:
//   version (1 byte) | HMAC (16) | boot (16) | kind (1) | sequence (6) | at (8) | payload
// The HMAC covers the channel too, so that no message can be moved to another one (T24).

/** `message` is for the adapter, `heartbeat` for the bus itself, `order` for the instance whose channel it comes by. */
export type SealedKind = "message" | "heartbeat" | "order";

/** An opened message. */
export interface Opened {
  /** The start of an instance that sent it. */
  boot: string;
  kind: SealedKind;
  /** Counts up by one for each message of the boot on this channel. */
  sequence: number;
  /** When it was sent, ms of Redis' clock as the sender reckons it. */
  at: number;
  payload: Buffer;
}

/** Why bytes were not opened; `other_version` is another version of this program, which is no fault. */
export type SealRefusal = "other_version" | "bad_seal";

/** Seals what one boot sends and opens what any instance with a known secret sent. */
export interface Seal {
  seal(channel: string, payload: Buffer | string, kind?: SealedKind): Buffer;
  /** Whether the bytes claim to be an ordinary message of this boot: its own echo, which needs no look. */
  isOwnMessage(bytes: Buffer): boolean;
  open(channel: string, bytes: Buffer): Opened | SealRefusal;
}

const version = 1;
const kinds: readonly SealedKind[] = ["message", "heartbeat", "order"];
const macBytes = 16;
const bootAt = 1 + macBytes;
const kindAt = bootAt + 16;
const sequenceAt = kindAt + 1;
const atAt = sequenceAt + 6;
const payloadAt = atAt + 8;

const bootBytes = (boot: string) => Buffer.from(boot.replaceAll("-", ""), "hex");

function bootOf(bytes: Buffer): string {
  const hex = bytes.toString("hex", bootAt, kindAt);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * Creates the seal of a boot (a UUID) whose messages are stamped by `now`. The first secret signs, all are accepted,
 * so that they can be rotated.
 */
export function createSeal(boot: string, secrets: readonly string[], now: () => number): Seal {
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret)));
  const [signing] = keys;
  if (signing === undefined) throw new Error("a seal needs a secret");
  const own = bootBytes(boot);
  const sequences = new Map<string, number>();

  const mac = (key: typeof signing, channel: string, body: Buffer) =>
    createHmac("sha256", key).update(channel).update("\0").update(body).digest().subarray(0, macBytes);

  return {
    seal(channel, payload, kind = "message") {
      const content = typeof payload === "string" ? Buffer.from(payload) : payload;
      const sequence = (sequences.get(channel) ?? 0) + 1;
      sequences.set(channel, sequence);
      const bytes = Buffer.allocUnsafe(payloadAt + content.length);
      bytes[0] = version;
      own.copy(bytes, bootAt);
      bytes[kindAt] = kinds.indexOf(kind);
      bytes.writeUIntBE(sequence, sequenceAt, 6);
      bytes.writeDoubleBE(now(), atAt);
      content.copy(bytes, payloadAt);
      mac(signing, channel, bytes.subarray(bootAt)).copy(bytes, 1);
      return bytes;
    },
    isOwnMessage: (bytes) =>
      bytes[0] === version &&
      bytes[kindAt] === kinds.indexOf("message") &&
      own.compare(bytes, bootAt, kindAt) === 0,
    open(channel, bytes) {
      if (bytes[0] !== version) return "other_version";
      if (bytes.length < payloadAt) return "bad_seal";
      const given = bytes.subarray(1, bootAt);
      const body = bytes.subarray(bootAt);
      if (!keys.some((key) => timingSafeEqual(mac(key, channel, body), given))) return "bad_seal";
      const kind = kinds[bytes[kindAt] ?? -1];
      if (kind === undefined) return "other_version";
      return {
        boot: bootOf(bytes),
        kind,
        sequence: bytes.readUIntBE(sequenceAt, 6),
        at: bytes.readDoubleBE(atAt),
        payload: bytes.subarray(payloadAt),
      };
    },
  };
}
