import { z } from "zod";

// What the stock adapter can take without harm. Well-formed msgpack of the wrong meaning disconnects or crashes every
// client of every node, so the shape is checked before the adapter sees anything (lab-notes §2, trust.md F1).

/** Events that Socket.IO keeps for itself: one of them in a packet ends every client's connection. */
const reserved = new Set([
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
]);

const room = z.union([z.string(), z.number()]);
const opts = z.looseObject({
  rooms: z.array(room),
  except: z.array(room).optional(),
  flags: z.record(z.string(), z.unknown()).nullish(),
});
const packet = z.looseObject({
  type: z.literal(2),
  data: z
    .array(z.unknown())
    .min(1)
    .refine((data) => typeof data[0] === "string" && !reserved.has(data[0]), "event name"),
  nsp: z.string().optional(),
  id: z.undefined().optional(),
});

/** `[uid, packet, opts, stamp?]` on a broadcast channel. */
export const broadcastShape = z.tuple([z.string(), packet, opts], z.unknown());
export type BroadcastMessage = z.infer<typeof broadcastShape>;

/**
 * Requests between nodes that Parley itself makes: join, leave and disconnect by selector, fetch, and server-side
 * emit without ack. The others are never sent and would need answers of every node (design.md).
 */
export const requestShape = z.union([
  z.looseObject({ type: z.union([z.literal(2), z.literal(3)]), opts, rooms: z.array(room) }),
  z.looseObject({ type: z.literal(4), opts, close: z.boolean().optional() }),
  z.looseObject({ type: z.literal(5), opts, requestId: z.string(), uid: z.string() }),
  z.looseObject({
    type: z.literal(6),
    uid: z.string(),
    requestId: z.undefined().optional(),
    data: z
      .array(z.unknown())
      .min(1)
      .refine((data) => typeof data[0] === "string"),
  }),
]);

/** Answers to a fetch. */
export const responseShape = z.looseObject({
  requestId: z.string(),
  sockets: z.array(z.unknown()).optional(),
});
