import type { ClusterEvent, InstanceView } from "../../shared/cluster.js";

/** What a change of status is called; an instance that is `ok` again recovered. */
const told: Partial<Record<InstanceView["status"], ClusterEvent["kind"]>> = {
  draining: "draining",
  degraded: "degraded",
  ok: "recovered",
};

/**
 * What happened between two looks at the cluster, by boot: a restart under the same id is a loss (or a leave) and a
 * join. `departed` names those that left in good order; they drained before, though no look may have met them at it.
 */
export function clusterChanges(
  before: InstanceView[],
  now: InstanceView[],
  departed: Set<string>,
  at: string,
): ClusterEvent[] {
  const previous = new Map(before.map((instance) => [instance.boot, instance]));
  const current = new Set(now.map((instance) => instance.boot));
  const event = (kind: ClusterEvent["kind"], { instanceId, role }: InstanceView) => ({
    kind,
    instanceId,
    role,
    at,
  });
  const gone = before.filter((instance) => !current.has(instance.boot));
  return [
    ...gone.flatMap((instance) => {
      if (instance.status === "draining") return [event("left", instance)];
      if (!departed.has(instance.instanceId)) return [event("lost", instance)];
      return [event("draining", instance), event("left", instance)];
    }),
    ...now.filter((instance) => !previous.has(instance.boot)).map((instance) => event("joined", instance)),
    ...now.flatMap((instance) => {
      const then = previous.get(instance.boot)?.status;
      const kind = then === undefined || then === instance.status ? undefined : told[instance.status];
      return kind === undefined ? [] : [event(kind, instance)];
    }),
  ];
}
