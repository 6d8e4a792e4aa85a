import type { ClusterEvent } from "../../shared/cluster.js";
import type { ClusterLook } from "../cluster/health.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { AdminNamespace } from "./types.js";

/** Tells this node's admins how the cluster fares, where the emitter can not: it speaks through Redis. */
export interface AdminNews {
  /** What happened to this instance, as it sees itself. */
  tell(kind: ClusterEvent["kind"]): void;
  stop(): void;
}

/** What the news need. */
export interface AdminNewsPorts {
  instanceId: string;
  admin(): AdminNamespace;
  /** Whether there is no emitter to be heard: one node alone, or Redis away. */
  isUnheard(): boolean;
  look(): Promise<ClusterLook>;
  log: Log;
}

/** Admins are told every 2 s at least (contract.md); timers are late at times. */
const everyMs = 1500;

/** Starts telling. */
export function createAdminNews({ instanceId, admin, isUnheard, look, log }: AdminNewsPorts): AdminNews {
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ error: messageOf(error), suppressed }, "telling admins of the cluster failed"),
  );

  async function tellHealth(): Promise<void> {
    if (admin().sockets.size === 0 || !isUnheard()) return;
    const { health } = await look();
    admin().local.emit("cluster:health", health);
  }
  const timer = setInterval(() => void tellHealth().catch(logFailure), everyMs);

  return {
    tell(kind) {
      const at = new Date().toISOString();
      admin().local.emit("cluster:event", { kind, instanceId, role: "node", at });
    },
    stop: () => clearInterval(timer),
  };
}
