import type { Server as HttpServer } from "node:http";
import type { Server } from "node:net";
import { once } from "node:events";
import type { InstanceStatus } from "../../shared/cluster.js";
import type { Health, MetricsJson } from "../../shared/http.js";
import type { PresenceCounts } from "../../shared/presence.js";
import type { Bus, BusListeners } from "../bus/bus.js";
import { openBus } from "../bus/open-bus.js";
import { createClusterLook, type ClusterLook } from "../cluster/health.js";
import { createMembership } from "../cluster/membership.js";
import { createRegistry } from "../cluster/registry.js";
import type { Config } from "../config/config.js";
import { openDatabase, type Database } from "../database/pool.js";
import { databaseReady, watchDatabase } from "../database/ready.js";
import { createLog, type Log } from "../metrics/log.js";
import { closeHttp } from "../http/close.js";
import { listenAtPath } from "../http/unix-socket.js";
import { metricsJson } from "../metrics/json.js";
import { createMetrics, type Metrics } from "../metrics/metrics.js";

/** What every role is made of: database, bus, registry entry, health. */
export interface Instance {
  log: Log;
  metrics: Metrics;
  database: Database;
  /** Null in single-node mode. */
  bus: Bus | null;
  health(): Health;
  isDegraded(): boolean;
  isDraining(): boolean;
  look(): Promise<ClusterLook>;
  metricsJson(): Promise<MetricsJson>;
  /** Listens first, so that `/health` tells "starting"; resolves when the instance is ready for work. */
  start(http: HttpServer): Promise<void>;
  /** Makes the instance with this id stop in good order; false when there is none. */
  orderDrain(instanceId: string): Promise<boolean>;
  /** Not ready any more; told to the registry at once. */
  drain(): Promise<void>;
  /** Leaves the registry and closes bus, HTTP and database, in this order: running requests may end. */
  stop(http: HttpServer): Promise<void>;
}

/** What a role adds. */
export interface InstancePorts extends Pick<BusListeners, "onRoomEvents" | "onLost" | "onDegraded"> {
  connectedClients(): number;
  presence(): Promise<PresenceCounts>;
  /** Called with each heartbeat while Redis answers; `fresh`: it knew nothing of this instance. */
  onHeartbeat(fresh: boolean): Promise<void>;
  /** Another instance was killed, and it is on this one to clean up after it; null where the role can not. */
  onKilled: ((boot: string) => Promise<void>) | null;
}

const drainOrder = "drain";

/** As an operator would: the role stops as at a signal. */
function drainOneself(): void {
  process.kill(process.pid, "SIGTERM");
}

/** Redis is given this long at start; then the instance is ready, degraded. */
const busPatienceMs = 3000;

/** Opens what every role needs; nothing waits yet. */
export function openInstance(config: Config, ports: InstancePorts): Instance {
  const log = createLog(config.logLevel, { instanceId: config.instanceId, role: config.role });
  const metrics = createMetrics();
  const database = openDatabase({ ...config.database, name: `parley ${config.instanceId}` }, log);
  const databaseWatch = watchDatabase(database);
  const startedTick = performance.now();
  const stopped = new AbortController();
  const listeners: Server[] = [];
  let phase: "starting" | "ready" | "draining" = "starting";

  const bus =
    config.redisUrl === null || config.cacheRedisUrl === null
      ? null
      : openBus(
          { ...config, redisUrl: config.redisUrl, cacheRedisUrl: config.cacheRedisUrl },
          {
            ...ports,
            onDegraded(degraded) {
              ports.onDegraded(degraded);
              if (!degraded) enterAnew();
            },
            onOrder: (order) => order === drainOrder && drainOneself(),
            onResubscribed: enterAnew,
            listBoots: async () => (await membership.list()).instances.map(({ boot }) => boot),
          },
          metrics,
          log,
        );
  const isDegraded = () => bus?.isDegraded() ?? false;

  /** Redis may have been emptied or have let leases end, and others may have taken this instance for dead. */
  function enterAnew(): void {
    if (phase !== "starting") void membership.beat();
  }

  function status(): InstanceStatus {
    if (phase !== "ready") return phase;
    return isDegraded() || !databaseWatch.isHealthy() ? "degraded" : "ok";
  }

  const membership = createMembership({
    ...ports,
    config,
    registry: bus && createRegistry(bus, config.instanceTimeoutMs, ports.onKilled !== null),
    status,
    isDegraded,
    look: () => bus?.refreshBoots(),
    metrics,
    log,
  });
  const look = createClusterLook({
    instanceId: config.instanceId,
    list: bus === null ? null : membership.list,
    self: membership.self,
    presence: ports.presence,
    isDegraded,
  });

  return {
    log,
    metrics,
    database,
    bus,
    isDegraded,
    isDraining: () => phase === "draining",
    look,
    health: () => ({
      status: membership.isBlocked() ? "starting" : status(),
      instanceId: config.instanceId,
      role: config.role,
      version: config.version,
      checks: {
        database: databaseWatch.isHealthy() ? "ok" : "failed",
        redis: bus === null ? "off" : isDegraded() ? "failed" : "ok",
      },
    }),
    metricsJson: async () =>
      metricsJson({
        config,
        metrics,
        health: (await look()).health,
        latency: bus?.latency.read() ?? { averageMs: 0, maxMs: 0, windowMs: 0 },
        uptimeMs: performance.now() - startedTick,
        connectedClients: ports.connectedClients(),
      }),
    async start(http) {
      http.listen(config.port, config.host);
      await once(http, "listening");
      if (config.unixSocket !== null) listeners.push(await listenAtPath(http, config.unixSocket));
      await databaseReady(database, log, stopped.signal);
      if (bus !== null && !(await bus.ready(busPatienceMs))) log.warn("starting without redis: degraded");
      // Without its access rights it would be deaf or mute, and nobody would know.
      while (bus?.refused() && !stopped.signal.aborted) await bus.ready(1000);
      if (stopped.signal.aborted) return;
      phase = "ready";
      await membership.beat();
      membership.start();
      log.info({ port: config.port, version: config.version, distributed: config.distributed }, "ready");
    },
    async orderDrain(instanceId) {
      if (instanceId === config.instanceId) {
        // The answer to who asked for it goes first.
        setImmediate(drainOneself);
        return true;
      }
      const { instances } = await membership.list();
      const found = instances.find((instance) => instance.instanceId === instanceId);
      return found !== undefined && bus !== null && bus.order(found.boot, drainOrder);
    },
    async drain() {
      stopped.abort();
      phase = "draining";
      membership.pause();
      await membership.beat();
    },
    async stop(http) {
      await membership.leave();
      databaseWatch.stop();
      await bus?.close();
      await closeHttp(http, listeners);
      await database.close();
    },
  };
}
