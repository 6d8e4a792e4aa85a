import { randomUUID } from "node:crypto";
import { openBus, type Bus, type BusListeners } from "../bus/bus.js";
import { createMetrics, type Metrics } from "../metrics/metrics.js";
import { silent } from "./services.js";

/** Secret of all instances of a test's cluster. */
export const clusterSecret = "a-secret-of-forty-characters-for-the-tests";

/** A bus as an instance has it; `known` stands for the registry. */
export interface TestBus {
  boot: string;
  bus: Bus;
  metrics: Metrics;
  /** How often something lost was told of. */
  lost(): number;
}

/** Opens a bus on a Redis; the instance is known to all that share `known`. */
export function openTestBus(
  url: string,
  known: Set<string>,
  listeners: Partial<BusListeners> = {},
  secrets = [clusterSecret],
): TestBus {
  const boot = randomUUID();
  const metrics = createMetrics();
  let lost = 0;
  known.add(boot);
  const bus = openBus(
    { boot, clusterSecrets: secrets, dedupWindowMs: 5000, redisUrl: url, cacheRedisUrl: url },
    {
      onRoomEvents() {},
      onLost: () => void (lost += 1),
      onResubscribed() {},
      onDegraded() {},
      onOrder() {},
      listBoots: () => Promise.resolve([...known]),
      ...listeners,
    },
    metrics,
    silent,
  );
  return { boot, bus, metrics, lost: () => lost };
}
