import { randomUUID } from "node:crypto";
import type { Bus, BusListeners } from "../bus/bus.js";
import { openBus } from "../bus/open-bus.js";
import type { Log } from "../metrics/log.js";
import { createMetrics, type Metrics } from "../metrics/metrics.js";
import { silent } from "./services.js";

/** Secret of all instances of a test's cluster. */
export const clusterSecret = "a-secret-of-forty-characters-for-the-tests";

/** A bus as an instance has it; `known` stands for the registry. */
export interface TestBus {
  boot: string;
  bus: Bus;
  metrics: Metrics;
  /** The room of each batch of room events that came. */
  roomsHeard: string[];
  /** How often something lost was told of. */
  lost(): number;
}

/** What differs from one test's bus to another's. */
export interface TestBusOptions {
  /** Volatile data is there; on the bus's Redis by default. */
  cacheUrl?: string;
  secrets?: string[];
  onDegraded?: BusListeners["onDegraded"];
  onOrder?: BusListeners["onOrder"];
  onRoomEvents?: BusListeners["onRoomEvents"];
  log?: Log;
}

/** Opens a bus on a Redis; the instance is known to all that share `known`. */
export function openTestBus(url: string, known: Set<string>, options: TestBusOptions = {}): TestBus {
  const boot = randomUUID();
  const metrics = createMetrics();
  const roomsHeard: string[] = [];
  let lost = 0;
  known.add(boot);
  const bus = openBus(
    {
      instanceId: "test",
      boot,
      clusterSecrets: options.secrets ?? [clusterSecret],
      dedupWindowMs: 5000,
      redisUrl: url,
      cacheRedisUrl: options.cacheUrl ?? url,
    },
    {
      onRoomEvents(batch) {
        roomsHeard.push(batch.room);
        options.onRoomEvents?.(batch);
      },
      onLost: () => void (lost += 1),
      onResubscribed() {},
      onDegraded: options.onDegraded ?? (() => {}),
      onOrder: options.onOrder ?? (() => {}),
      listBoots: () => Promise.resolve([...known]),
    },
    metrics,
    options.log ?? silent,
  );
  return { boot, bus, metrics, roomsHeard, lost: () => lost };
}
