import type { ClusterHealth, InstanceView } from "../../shared/cluster.js";
import type { PresenceCounts } from "../../shared/presence.js";
import type { Registry } from "./registry.js";

/** What a look at the cluster needs. */
export interface ClusterLookPorts {
  instanceId: string;
  /** The registry's entries; null in single-node mode: then the cluster is `self`. */
  list: (() => ReturnType<Registry["list"]>) | null;
  self(): InstanceView;
  presence(): Promise<PresenceCounts>;
  isDegraded(): boolean;
}

/** The cluster as the dashboard shows it; `departed` are those that left in good order. */
export interface ClusterLook {
  health: ClusterHealth;
  departed: Set<string>;
}

const noPresence: PresenceCounts = { guests: 0, members: 0, admins: 0 };

/**
 * Looks at the cluster through the registry; never waits for another instance. While Redis does not answer it gives
 * the last known state with its age, this instance live.
 */
export function createClusterLook(ports: ClusterLookPorts): () => Promise<ClusterLook> {
  let last = {
    instances: [] as InstanceView[],
    presence: noPresence,
    departed: new Set<string>(),
    at: performance.now(),
  };

  async function read(): Promise<void> {
    if (ports.list === null) {
      last = {
        instances: [ports.self()],
        presence: await ports.presence(),
        departed: new Set(),
        at: performance.now(),
      };
    } else if (!ports.isDegraded()) {
      const { instances, departed } = await ports.list();
      last = { instances, departed, presence: await ports.presence(), at: performance.now() };
    }
  }

  return async () => {
    await read().catch(() => {});
    const ageMs = Math.round(performance.now() - last.at);
    const others = last.instances.filter((instance) => instance.boot !== ports.self().boot);
    const aged = others.map((instance) => ({ ...instance, heartbeatAgeMs: instance.heartbeatAgeMs + ageMs }));
    const known = last.instances.length > others.length || ports.list === null || ports.isDegraded();
    const instances = [...aged, ...(known ? [ports.self()] : [])].sort((a, b) =>
      a.instanceId.localeCompare(b.instanceId, "en", { numeric: true }),
    );
    const rate = instances.reduce((sum, instance) => sum + instance.messagesPerSecond, 0);
    return {
      departed: last.departed,
      health: {
        timestamp: new Date().toISOString(),
        instanceId: ports.instanceId,
        distributedMode: ports.list !== null,
        degraded: ports.isDegraded(),
        ageMs,
        instances,
        presence: last.presence,
        messagesPerSecond: Math.round(rate * 10) / 10,
      },
    };
  };
}
