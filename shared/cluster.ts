import { z } from "zod";
import type { PresenceCounts } from "./presence.js";

/** What a process of the cluster does. */
export const instanceRole = z.enum(["node", "emitter", "worker"]);
export type InstanceRole = z.infer<typeof instanceRole>;

/** Name that an operator gives an instance. */
export const instanceId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

/** Life of an instance as `/health` tells it. */
export const instanceStatus = z.enum(["starting", "ok", "degraded", "draining"]);
export type InstanceStatus = z.infer<typeof instanceStatus>;

/** One instance's entry in the registry, `chat:instances:<id>`. */
export const instanceRecord = z.object({
  instanceId: z.string(),
  /** Made at every start: two live boots with one id are two instances. */
  boot: z.string(),
  role: instanceRole,
  version: z.string(),
  status: instanceStatus,
  pid: z.number().int(),
  /** Epoch ms by the instance's own clock; for people, never for decisions. */
  startedAt: z.number(),
  lastHeartbeat: z.number(),
  connectedClients: z.number().int().nonnegative(),
  rssBytes: z.number().nonnegative(),
  heapUsedBytes: z.number().nonnegative(),
  /** 99th percentile of the event-loop delay since the last heartbeat. */
  eventLoopLagMs: z.number().nonnegative(),
  /** Messages appended since start. */
  messagesAppended: z.number().int().nonnegative(),
  /** Messages appended a second, over the last ten seconds before the heartbeat; versions before this do not tell. */
  messagesPerSecond: z.number().nonnegative().default(0),
});
export type InstanceRecord = z.infer<typeof instanceRecord>;

/** An instance as the dashboard shows it: `heartbeatAgeMs` by Redis' clock. */
export interface InstanceView extends InstanceRecord {
  heartbeatAgeMs: number;
}

/** Payload of `cluster:health` and answer of `GET /api/admin/cluster`. */
export interface ClusterHealth {
  /** ISO time of the look. */
  timestamp: string;
  /** Who answers. */
  instanceId: string;
  distributedMode: boolean;
  /** Redis does not answer: `instances` is the last known state, `ageMs` old. */
  degraded: boolean;
  ageMs: number;
  instances: InstanceView[];
  presence: PresenceCounts;
  /** Of all instances together, each over ten seconds. */
  messagesPerSecond: number;
}

/** Payload of `cluster:event`. */
export interface ClusterEvent {
  kind: "joined" | "left" | "lost" | "draining" | "degraded" | "recovered";
  instanceId: string;
  role: InstanceRole;
  at: string;
}
