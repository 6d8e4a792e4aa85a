import { expect, it } from "vitest";
import type { InstanceView } from "../../shared/cluster.js";
import { clusterChanges } from "./changes.js";

const view = (instanceId: string, boot: string, status: InstanceView["status"] = "ok"): InstanceView => ({
  instanceId,
  boot,
  role: "node",
  version: "0.1.0",
  status,
  pid: 1,
  startedAt: 0,
  lastHeartbeat: 0,
  connectedClients: 0,
  rssBytes: 0,
  heapUsedBytes: 0,
  eventLoopLagMs: 0,
  messagesAppended: 0,
  messagesPerSecond: 0,
  heartbeatAgeMs: 0,
});
const changes = (before: InstanceView[], now: InstanceView[], departed: string[] = []) =>
  clusterChanges(before, now, new Set(departed), "at").map(({ kind, instanceId }) => `${instanceId} ${kind}`);

it("tells nothing when nothing changed", () => {
  expect(changes([view("a", "1")], [view("a", "1")])).toEqual([]);
});

it("tells who joined", () => {
  expect(changes([view("a", "1")], [view("a", "1"), view("b", "2")])).toEqual(["b joined"]);
});

it("tells those that left in good order from those that were lost", () => {
  const before = [view("a", "1"), view("b", "2"), view("c", "3", "draining")];
  expect(changes(before, [], ["a"])).toEqual(["a draining", "a left", "b lost", "c left"]);
});

it("takes a restart under the same id for a loss and a join", () => {
  expect(changes([view("a", "1")], [view("a", "2")])).toEqual(["a lost", "a joined"]);
});

it("tells once that an instance drains", () => {
  const [ok, draining] = [view("a", "1"), view("a", "1", "draining")];
  expect(changes([ok], [draining])).toEqual(["a draining"]);
  expect(changes([draining], [draining])).toEqual([]);
});

it("tells that an instance is degraded, and that it recovered", () => {
  const [ok, degraded] = [view("a", "1"), view("a", "1", "degraded")];
  expect(changes([ok], [degraded])).toEqual(["a degraded"]);
  expect(changes([degraded], [ok])).toEqual(["a recovered"]);
});
