import { z } from "zod";
import { announcementInput, externalEvent, type ExternalEvent } from "../../shared/facts.js";
import { roomId } from "../../shared/values.js";
import { readPlain } from "./msgpack.js";

/** What an outside service may say through Redis. */
export type OutsideMessage =
  | { event: "external:event"; room: string; payload: ExternalEvent }
  | { event: "announcement:created"; payload: z.infer<typeof announcementInput> };

/** Why a message of an outside service was dropped, as `chat_pubsub_dropped_total` counts it. */
export type OutsideDropReason =
  | "outside_too_big"
  | "outside_undecodable"
  | "outside_bad_shape"
  | "outside_unknown_event"
  | "outside_rate_limited";

/** Room for the largest `data` in any encoding, and for what is round it. */
const messageBytesMax = 32 * 1024;

/** 8 for `data`; the message, its packet, the packet's data and the payload are round it. */
const depthMax = 8 + 4;

/** `[uid, packet, opts]` as the stock emitter encodes it: an event without ack, for everybody or one room. */
const emitted = z.tuple([
  z.string(),
  z.strictObject({
    type: z.literal(2),
    data: z.tuple([z.string(), z.unknown()]),
    nsp: z.literal("/"),
  }),
  z.strictObject({
    rooms: z.array(z.string()).max(1),
    except: z.array(z.string()).max(0).optional(),
    // Sent to local sockets, they ask for nothing that matters.
    flags: z.record(z.string(), z.unknown()).optional(),
  }),
]);

const inRoom = z.tuple([
  z
    .string()
    .startsWith("room:")
    .transform((name) => name.slice(5))
    .pipe(roomId),
]);
const dataBytesMax = 16 * 1024;
const smallEvent = externalEvent.refine(
  ({ data }) => Buffer.byteLength(JSON.stringify(data)) <= dataBytesMax,
  `data: at most ${dataBytesMax} bytes of JSON`,
);
const toEverybody = z.tuple([]);

const named = {
  "external:event": z
    .object({ rooms: inRoom, payload: smallEvent })
    .transform(({ rooms: [room], payload }): OutsideMessage => ({ event: "external:event", room, payload })),
  "announcement:created": z
    .object({ rooms: toEverybody, payload: announcementInput })
    .transform(({ payload }): OutsideMessage => ({ event: "announcement:created", payload })),
};

const isNamed = (event: string): event is keyof typeof named => Object.hasOwn(named, event);

/** Reads what came from outside into a new object, or says why it is none of the two events allowed. Never throws. */
export function readOutside(bytes: Buffer): OutsideMessage | OutsideDropReason {
  if (bytes.length > messageBytesMax) return "outside_too_big";
  let decoded: unknown;
  try {
    decoded = readPlain(bytes, depthMax);
  } catch {
    return "outside_undecodable";
  }
  const message = emitted.safeParse(decoded);
  if (!message.success) return "outside_bad_shape";
  const [, { data }, { rooms }] = message.data;
  const [event, payload] = data;
  if (!isNamed(event)) return "outside_unknown_event";
  const checked = named[event].safeParse({ rooms, payload });
  return checked.success ? checked.data : "outside_bad_shape";
}
