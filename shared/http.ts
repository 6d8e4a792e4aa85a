import { z } from "zod";
import type { PresenceCounts } from "./presence.js";
import { messageText, password, reason, roomId, roomTitle, roomTopic, userName } from "./values.js";

/** Body of `POST /api/users` and `POST /api/session`. */
export const credentials = z.strictObject({ name: userName, password });
/** Body of `POST /api/session/guest`. */
export const guestInput = z.strictObject({ name: userName });

/** Who sees a room: everyone, or its members and admins. */
export const visibility = z.enum(["public", "private"]);
/** Body of `POST /api/rooms`. */
export const roomInput = z.strictObject({ id: roomId, title: roomTitle, visibility });

/** Body of `PATCH /api/rooms/:id`: one of them or both. */
export const roomPatch = z
  .strictObject({ title: roomTitle.optional(), topic: roomTopic.optional() })
  .refine((patch) => Object.keys(patch).length > 0, "title or topic");

/** Body of `PUT /api/rooms/:id/members/:userId`; without one the user gets in as a member. */
export const memberInput = z.strictObject({ role: z.enum(["member", "moderator"]).default("member") });

/** What the caller may do in a room beyond writing. */
export type RoomRole = "owner" | "moderator" | "member";

/** A room as listed for one user. */
export interface Room {
  id: string;
  title: string;
  topic: string;
  visibility: z.infer<typeof visibility>;
  head: number;
  /** The caller's own membership; null without one. */
  role: RoomRole | null;
  /** Offset the caller has read up to, from whatever device; 0 before the first time. */
  read: number;
}

/** Body of `POST …/kick` and `PUT …/ban`. */
export const banInput = z.strictObject({ reason: reason.optional() });
/** Body of `PUT …/mute`; without `seconds` until it is taken back. */
export const muteInput = z.strictObject({ seconds: z.number().int().min(1).max(31_536_000).optional() });

/** Body of `PUT …/role`. */
export const roleInput = z.strictObject({ role: z.enum(["member", "admin"]) });

/** Body of the emitter's `POST /v1/messages`; `source` is shown as the sender's name. */
export const outsidePost = z.strictObject({ room: roomId, text: messageText, source: userName });
export type OutsidePost = z.infer<typeof outsidePost>;

/** Header `Idempotency-Key`: 1 to 255 visible ASCII characters. */
export const idempotencyKey = z
  .string("1 to 255 visible ASCII characters are needed")
  .regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 visible ASCII characters are needed");

/** What the emitter answers to a post; the same for each repeat. */
export interface Receipt {
  id: string;
  room: string;
  offset: number;
  at: number;
  /** How many instances were live. */
  instances: number;
}

/** `GET /health` of every role. */
export interface Health {
  status: "starting" | "ok" | "degraded" | "draining";
  instanceId: string;
  role: string;
  version: string;
  checks: { database: Check; redis: Check };
}
/** One dependency: `off` where the mode does not use it. */
export type Check = "ok" | "failed" | "off";

/** `GET /metrics` as JSON (H11); latencies in ms over the window named. */
export interface MetricsJson {
  timestamp: string;
  instanceId: string;
  distributedMode: boolean;
  pubsub: {
    messagesPublished: number;
    messagesReceived: number;
    publishFailures: number;
    averageLatencyMs: number;
    maxLatencyMs: number;
    latencyWindowMs: number;
    isDegraded: boolean;
    uptime: number;
  };
  chat: { connectedClients: number };
  cluster: {
    activeInstances: number;
    instances: {
      instanceId: string;
      role: string;
      startedAt: number;
      lastHeartbeat: number;
      /** By Redis' clock, whatever the instances' own ones say. */
      heartbeatAgeMs: number;
      connectedClients: number;
    }[];
  };
  presence: PresenceCounts;
}
