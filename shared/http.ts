import { z } from "zod";
import type { PresenceCounts } from "./presence.js";
import { password, roomId, roomTitle, userName } from "./values.js";

/** Body of `POST /api/users` and `POST /api/session`. */
export const credentials = z.strictObject({ name: userName, password });
/** Body of `POST /api/session/guest`. */
export const guestInput = z.strictObject({ name: userName });

/** Who sees a room: everyone, or its members and admins. */
export const visibility = z.enum(["public", "private"]);
/** Body of `POST /api/rooms`. */
export const roomInput = z.strictObject({ id: roomId, title: roomTitle, visibility });

/** A room as listed. */
export interface Room {
  id: string;
  title: string;
  visibility: z.infer<typeof visibility>;
  head: number;
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
      connectedClients: number;
    }[];
  };
  presence: PresenceCounts;
}
