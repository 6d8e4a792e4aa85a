import type { ClusterEvent, ClusterHealth, InstanceView } from "../../shared/cluster.js";

/** An instance that went away without leaving. */
export interface LostInstance {
  instance: InstanceView;
  lostAt: number;
}

/** One look in the history. */
export interface Sample {
  at: number;
  messagesPerSecond: number;
  clients: number;
}

/** What the dashboard shows; times are this page's own. */
export interface ClusterView {
  health: ClusterHealth | null;
  receivedAt: number | null;
  history: readonly Sample[];
  lost: readonly LostInstance[];
  events: readonly (ClusterEvent & { key: number })[];
}

/** What changes the view. */
export type ClusterInput =
  | { kind: "health"; health: ClusterHealth; now: number }
  | { kind: "event"; event: ClusterEvent; now: number };

/** A dashboard that has heard nothing yet. */
export const emptyClusterView: ClusterView = {
  health: null,
  receivedAt: null,
  history: [],
  lost: [],
  events: [],
};

const historyMax = 150;
const eventsMax = 100;
const lostShownMs = 60_000;
/** After a longer silence nobody can say what became of those that are not there any more. */
const silenceMaxMs = 15_000;

const bootOf = (instance: InstanceView) => `${instance.instanceId} ${instance.boot}`;

/** Clients connected to all nodes together. */
export function countClients(health: ClusterHealth): number {
  return health.instances.reduce((sum, instance) => sum + instance.connectedClients, 0);
}

/** Instances missing in a trusted snapshot and not known to have left on purpose. */
function findLost(view: ClusterView, health: ClusterHealth, now: number): LostInstance[] {
  const present = new Set(health.instances.map(bootOf));
  const named = new Set(health.instances.map((instance) => instance.instanceId));
  const kept = view.lost.filter(
    ({ instance, lostAt }) => now - lostAt < lostShownMs && !named.has(instance.instanceId),
  );
  if (health.degraded || !view.health || view.health.degraded) return kept;
  if (now - (view.receivedAt ?? 0) > silenceMaxMs) return kept;
  const known = new Set(kept.map(({ instance }) => bootOf(instance)));
  const missing = view.health.instances.filter((instance) => {
    if (present.has(bootOf(instance)) || named.has(instance.instanceId) || known.has(bootOf(instance)))
      return false;
    if (instance.status === "draining") return false;
    // The newest word about it decides.
    return view.events.find((event) => event.instanceId === instance.instanceId)?.kind !== "left";
  });
  return [...kept, ...missing.map((instance) => ({ instance, lostAt: now }))];
}

/** The view after an input: health replaces, history and events grow up to their bounds. */
export function reduceCluster(view: ClusterView, input: ClusterInput): ClusterView {
  const { now } = input;
  if (input.kind === "event") {
    const { event } = input;
    const events = [{ ...event, key: (view.events[0]?.key ?? 0) + 1 }, ...view.events].slice(0, eventsMax);
    const back = event.kind === "left" || event.kind === "joined";
    const lost = back ? view.lost.filter((one) => one.instance.instanceId !== event.instanceId) : view.lost;
    return { ...view, events, lost };
  }
  const { health } = input;
  const sample = { at: now, messagesPerSecond: health.messagesPerSecond, clients: countClients(health) };
  return {
    ...view,
    health,
    receivedAt: now,
    history: [...view.history, sample].slice(-historyMax),
    lost: findLost(view, health, now),
  };
}
