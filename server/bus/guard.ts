import type { RoomEvents } from "../../shared/room-events.js";
import { limits } from "../../shared/limits.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import type { Arrivals } from "./arrivals.js";
import { adapterKey, livenessChannel } from "./channels.js";
import type { Codec } from "./codec.js";
import { createContentCheck, type ContentRefusal } from "./content.js";
import type { Opened, Seal } from "./seal.js";

/** Why a message from Redis was dropped; `other_version` is no fault while versions are mixed. */
type DropReason =
  | "too_big"
  | "other_version"
  | "bad_seal"
  | "unknown_boot"
  | "too_old"
  | "repeated"
  | ContentRefusal
  | "listener_threw";

/** Takes what came on a channel. */
export type Listener = (message: Buffer, channel: Buffer) => unknown;

/** What the guard needs to judge a message and whom it tells. */
export interface GuardPorts {
  boot: string;
  seal: Seal;
  codec: Codec;
  arrivals: Arrivals;
  isKnown(boot: string): boolean;
  /** Redis' time, ms; NaN while it is not known. */
  now(): number;
  metrics: Metrics;
  log: Log;
  /** A boot that may not be heard spoke: it may just have started. */
  onUnknownBoot(): void;
  /** Messages before this one were lost. */
  onHole(): void;
  onHeartbeat(opened: Opened, channel: string): void;
  /** Another instance, or this one, tells this very instance to do something. */
  onOrder(order: string): void;
  /** A batch of room events from another instance passed; they go this way and not through the adapter. */
  onRoomEvents(batch: RoomEvents): void;
}

/** A batch of full-size messages of one room fits. */
const messageBytesMax = 64 * limits.packetBytes;

/**
 * Older than this is a recording, even to a receiver that has just started and can not know what was said before.
 * By Redis' clock: no machine's own one matters (F-15).
 */
const ageMaxMs = 10_000;

/** What waits for its sender to be known. */
const waitingMax = 500;

/** Between Redis and the adapter. */
export interface Guard {
  /**
   * Wraps a listener: only what a known instance sealed for this very channel, well-formed and each once, reaches it,
   * and what it throws ends here. What an instance says that is not known yet waits for the registry's answer.
   */
  wrap(listener: Listener): Listener;
  /** The registry was read: who is still unknown is not heard. */
  settle(): void;
}

/** Creates the guard. */
export function createGuard(ports: GuardPorts): Guard {
  const { seal, metrics } = ports;
  let waiting: (() => void)[] = [];
  const logDrop = rateLimited(10_000, (suppressed, reason: DropReason, channel: string) =>
    ports.log[reason === "other_version" ? "debug" : "warn"](
      { reason, channel, suppressed },
      "dropped a message from redis",
    ),
  );

  const checkContent = createContentCheck(ports.codec, drop);

  function judge(opened: Opened, channel: string): DropReason | null {
    if (!ports.isKnown(opened.boot)) return "unknown_boot";
    if (Math.abs(ports.now() - opened.at) > ageMaxMs) return "too_old";
    const arrival = ports.arrivals.note(opened.boot, channel, opened.sequence);
    if (arrival === "repeated") return "repeated";
    // Of its own it hears heartbeats alone; whether they come is the echo's affair.
    if (arrival === "after_a_hole" && opened.boot !== ports.boot) ports.onHole();
    return null;
  }

  /** What the adapter or the room is to get, null for what nobody need have, or why it is dropped. */
  function open(bytes: Buffer, channel: string): Buffer | RoomEvents[] | null | DropReason {
    if (bytes.length > messageBytesMax) return "too_big";
    // The adapter skips its own broadcasts as well, but only after decoding them.
    if (channel.startsWith(`${adapterKey}#`) && seal.isOwnMessage(bytes)) return null;
    const opened = seal.open(channel, bytes);
    if (typeof opened === "string") return opened;
    const refusal = judge(opened, channel);
    // An instance that is starting: it enters the registry when it is ready, and listens before.
    const isStarting = refusal === "unknown_boot" && opened.kind === "heartbeat";
    if (isStarting) ports.onUnknownBoot();
    else if (refusal !== null) return refusal;
    if (opened.kind === "heartbeat") {
      ports.onHeartbeat(opened, channel);
      return null;
    }
    if (opened.kind === "order") {
      if (channel === livenessChannel(ports.boot)) ports.onOrder(opened.payload.toString());
      return null;
    }
    return checkContent(opened.payload, channel);
  }

  function drop(reason: DropReason, channel: string): void {
    metrics.pubsubDropped.inc({ reason });
    logDrop(reason, channel);
  }

  function take(listener: Listener, bytes: Buffer, channelBytes: Buffer, again: boolean): void {
    const channel = channelBytes.toString();
    const payload = open(bytes, channel);
    if (payload === null) return;
    if (payload === "unknown_boot" && !again && waiting.length < waitingMax) {
      waiting.push(() => take(listener, bytes, channelBytes, true));
      ports.onUnknownBoot();
      return;
    }
    if (typeof payload === "string") return drop(payload, channel);
    metrics.pubsubReceived.inc();
    if (!Buffer.isBuffer(payload))
      return payload.forEach((batch) => hand(() => ports.onRoomEvents(batch), channel));
    hand(() => listener(payload, channelBytes), channel);
  }

  function hand(give: () => unknown, channel: string): void {
    try {
      // The adapter's request listener is async: what it rejects with would end the process.
      Promise.resolve(give()).catch((error: unknown) => {
        ports.log.debug({ error: messageOf(error) }, "the adapter refused a request");
        drop("listener_threw", channel);
      });
    } catch (error) {
      ports.log.debug({ error: messageOf(error) }, "the adapter refused a message");
      drop("listener_threw", channel);
    }
  }

  return {
    wrap: (listener) => (bytes, channelBytes) => take(listener, bytes, channelBytes, false),
    settle() {
      const due = waiting;
      waiting = [];
      for (const retry of due) retry();
    },
  };
}
