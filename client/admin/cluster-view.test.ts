import { describe, expect, it } from "vitest";
import type { ClusterEvent, ClusterHealth, InstanceView } from "../../shared/cluster.js";
import { type ClusterView, emptyClusterView, reduceCluster } from "./cluster-view.js";

const instance = (instanceId: string): InstanceView => ({
  instanceId,
  boot: `boot-${instanceId}`,
  role: "node",
  version: "1",
  status: "ok",
  pid: 1,
  startedAt: 0,
  lastHeartbeat: 0,
  connectedClients: 2,
  rssBytes: 0,
  heapUsedBytes: 0,
  eventLoopLagMs: 0,
  messagesAppended: 0,
  messagesPerSecond: 0,
  heartbeatAgeMs: 0,
});
const health = (ids: string[], degraded = false): ClusterHealth => ({
  timestamp: "",
  instanceId: "a",
  distributedMode: true,
  degraded,
  ageMs: 0,
  instances: ids.map(instance),
  presence: { guests: 0, members: 0, admins: 0 },
  messagesPerSecond: 1,
});
const look = (view: ClusterView, ids: string[], now: number, degraded = false) =>
  reduceCluster(view, { kind: "health", health: health(ids, degraded), now });
const tell = (view: ClusterView, kind: ClusterEvent["kind"], instanceId: string) =>
  reduceCluster(view, { kind: "event", event: { kind, instanceId, role: "node", at: "" }, now: 0 });
const lost = (view: ClusterView) => view.lost.map((one) => one.instance.instanceId);

describe("reduceCluster", () => {
  it("shows a missing instance as lost for a minute", () => {
    let view = look(look(emptyClusterView, ["a", "b"], 0), ["a"], 2000);
    expect(lost(view)).toEqual(["b"]);
    view = look(view, ["a"], 61_000);
    expect(lost(view)).toEqual(["b"]);
    expect(lost(look(view, ["a"], 62_000))).toEqual([]);
  });

  it("does not call an instance lost that left, whichever news comes first", () => {
    const both = look(emptyClusterView, ["a", "b"], 0);
    expect(lost(look(tell(both, "left", "b"), ["a"], 1))).toEqual([]);
    expect(lost(tell(look(both, ["a"], 1), "left", "b"))).toEqual([]);
  });

  it("forgets the loss when the instance is back", () => {
    const view = look(look(emptyClusterView, ["a", "b"], 0), ["a"], 1);
    expect(lost(look(view, ["a", "b"], 2))).toEqual([]);
  });

  it("takes no losses from a degraded view", () => {
    expect(lost(look(look(emptyClusterView, ["a", "b"], 0), ["a"], 1, true))).toEqual([]);
  });

  it("does not call an instance lost that was draining, or went while nothing was told for long", () => {
    const both = look(emptyClusterView, ["a", "b"], 0);
    expect(lost(look(both, ["a"], 20_000))).toEqual([]);
    const draining = { ...health(["a", "b"]), instances: health(["a", "b"]).instances };
    draining.instances = draining.instances.map((one) => ({ ...one, status: "draining" as const }));
    const view = reduceCluster(emptyClusterView, { kind: "health", health: draining, now: 0 });
    expect(lost(look(view, ["a"], 1))).toEqual([]);
  });

  it("bounds history and events, newest event first", () => {
    let view = emptyClusterView;
    for (let at = 0; at < 200; at += 1) view = tell(look(view, ["a"], at), "joined", `i${at}`);
    expect(view.history).toHaveLength(150);
    expect(view.history.at(-1)).toEqual({ at: 199, messagesPerSecond: 1, clients: 2 });
    expect(view.events).toHaveLength(100);
    expect(view.events[0]?.instanceId).toBe("i199");
  });
});
