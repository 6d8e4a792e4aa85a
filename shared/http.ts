import { z } from "zod";
import type { PresenceCounts } from "./presence.js";
import { password, reason, roomId, roomTitle, roomTopic, userName } from "./values.js";

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
      connectedClients: number;
    }[];
  };
  presence: PresenceCounts;
}
