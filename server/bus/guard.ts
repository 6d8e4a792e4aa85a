import { roomEvents, type RoomEvents } from "../../shared/room-events.js";
import { limits } from "../../shared/limits.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import type { LatencyWindow } from "../metrics/latency.js";
import { stampOf, type Codec } from "./codec.js";
import { broadcastShape, requestShape, responseShape } from "./shape.js";

/** Why a message from Redis was dropped. */
type DropReason =
  "too_big" | "undecodable" | "bad_shape" | "bad_request" | "bad_response" | "repeated" | "listener_threw";

type Listener = (message: Buffer, channel: Buffer) => unknown;

/** What the guard needs to judge a message and whom it tells. */
export interface GuardPorts {
  key: string;
  boot: string;
  codec: Codec;
  dedupWindowMs: number;
  latency: LatencyWindow;
  metrics: Metrics;
  log: Log;
  /** A batch of room events from another node passed; the adapter delivers it to the local sockets right after. */
  onRoomEvents(batch: RoomEvents): void;
}

/** A batch of full-size messages of one room fits. */
const messageBytesMax = 64 * limits.packetBytes;

/** Wraps the adapter's listeners: only well-formed messages, each once, reach them, and what they throw ends here. */
export function createGuard(
  ports: GuardPorts,
): (listener: Listener) => (message: Buffer, channel: Buffer) => void {
  const { key, codec, metrics } = ports;
  const seen = createSeen(ports.dedupWindowMs);
  const logDrop = rateLimited(10_000, (suppressed, reason: DropReason, channel: string) =>
    ports.log.warn({ reason, channel, suppressed }, "dropped a message from redis"),
  );

  function check(message: Buffer, channel: string): DropReason | null {
    if (message.length > messageBytesMax) return "too_big";
    const decoded = decodeAny(message);
    if (decoded === undefined) return "undecodable";
    if (channel.startsWith(`${key}-request#`))
      return requestShape.safeParse(decoded).success ? null : "bad_request";
    if (channel.startsWith(`${key}-response#`))
      return responseShape.safeParse(decoded).success ? null : "bad_response";
    return checkBroadcast(decoded);
  }

  function checkBroadcast(decoded: unknown): DropReason | null {
    const broadcast = broadcastShape.safeParse(decoded);
    if (!broadcast.success) return "bad_shape";
    const stamp = stampOf(decoded);
    if (stamp?.boot === ports.boot) {
      const ms = performance.now() - stamp.sentAt;
      ports.latency.add(ms);
      metrics.pubsubLatency.observe(ms / 1000);
      return null;
    }
    if (stamp && !seen(`${stamp.boot} ${stamp.sequence}`)) return "repeated";
    if (broadcast.data[1].data[0] !== "room:events") return null;
    const batch = roomEvents.safeParse(broadcast.data[1].data[1]);
    if (!batch.success) return "bad_shape";
    ports.onRoomEvents(batch.data);
    return null;
  }

  /** The adapter reads what starts with `{` as JSON, the rest as msgpack; undefined for neither. */
  function decodeAny(message: Buffer): unknown {
    try {
      return message[0] === 0x7b ? (JSON.parse(message.toString()) as unknown) : codec.decode(message);
    } catch {
      return undefined;
    }
  }

  return (listener) => (message, channel) => {
    const name = channel.toString();
    const drop = (reason: DropReason) => {
      metrics.pubsubDropped.inc({ reason });
      logDrop(reason, name);
    };
    const reason = check(message, name);
    if (reason !== null) return drop(reason);
    metrics.pubsubReceived.inc();
    try {
      // The adapter's request listener is async: what it rejects with would end the process.
      Promise.resolve(listener(message, channel)).catch((error: unknown) => {
        ports.log.debug({ error: messageOf(error) }, "the adapter refused a request");
        drop("listener_threw");
      });
    } catch (error) {
      ports.log.debug({ error: messageOf(error) }, "the adapter refused a message");
      drop("listener_threw");
    }
  };
}

/** Remembers ids for a window; tells whether an id is new. */
function createSeen(windowMs: number): (id: string) => boolean {
  const until = new Map<string, number>();
  return (id) => {
    const now = performance.now();
    for (const [old, end] of until) {
      if (end > now) break;
      until.delete(old);
    }
    if (until.has(id)) return false;
    until.set(id, now + windowMs);
    return true;
  };
}
