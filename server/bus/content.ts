import { roomEvents, type RoomEvents } from "../../shared/room-events.js";
import { adapterKey, everyRoomChannel } from "./channels.js";
import type { Codec } from "./codec.js";
import { broadcastShape, requestShape, responseShape } from "./shape.js";

/** Why the content of a message, or a part of it, is dropped. */
export type ContentRefusal = "undecodable" | "bad_shape" | "bad_request" | "bad_response";

/**
 * Looks into what another instance sealed for a channel: gives what the adapter may have as it is, room events, which
 * go past it, as checked batches, and null where nothing is left. What is refused is told.
 */
export type CheckContent = (payload: Buffer, channel: string) => Buffer | RoomEvents[] | null;

/** Creates the check. */
export function createContentCheck(
  codec: Codec,
  refuse: (reason: ContentRefusal, channel: string) => void,
): CheckContent {
  /** The adapter reads what starts with `{` as JSON, the rest as msgpack; undefined for neither. */
  function decodeAny(payload: Buffer, isJson: boolean): unknown {
    try {
      return isJson || payload[0] === 0x7b
        ? (JSON.parse(payload.toString()) as unknown)
        : codec.decode(payload);
    } catch {
      return undefined;
    }
  }

  /** Of several rooms' events those that are well-formed. */
  function checkRooms(decoded: unknown): RoomEvents[] | ContentRefusal {
    if (!Array.isArray(decoded)) return "bad_shape";
    const checked = decoded.map((one: unknown) => roomEvents.safeParse(one));
    for (const { success } of checked) if (!success) refuse("bad_shape", everyRoomChannel);
    return checked.flatMap(({ data }) => data ?? []);
  }

  function checkBroadcast(decoded: unknown): RoomEvents[] | ContentRefusal | null {
    const broadcast = broadcastShape.safeParse(decoded);
    if (!broadcast.success) return "bad_shape";
    const [event, content] = broadcast.data[1].data;
    if (event !== "room:events") return null;
    const batch = roomEvents.safeParse(content);
    return batch.success ? [batch.data] : "bad_shape";
  }

  /** Null for what is the adapter's. */
  function check(payload: Buffer, channel: string): RoomEvents[] | ContentRefusal | null {
    const decoded = decodeAny(payload, channel === everyRoomChannel);
    if (decoded === undefined) return "undecodable";
    if (channel === everyRoomChannel) return checkRooms(decoded);
    if (channel.startsWith(`${adapterKey}-request#`))
      return requestShape.safeParse(decoded).success ? null : "bad_request";
    if (channel.startsWith(`${adapterKey}-response#`))
      return responseShape.safeParse(decoded).success ? null : "bad_response";
    return checkBroadcast(decoded);
  }

  return (payload, channel) => {
    const checked = check(payload, channel);
    if (typeof checked !== "string") return checked ?? payload;
    refuse(checked, channel);
    return null;
  };
}
