import type { Server as HttpServer } from "node:http";
import { once } from "node:events";
import type { InstanceRecord, InstanceStatus, InstanceView } from "../../shared/cluster.js";
import type { Health, MetricsJson } from "../../shared/http.js";
import type { PresenceCounts } from "../../shared/presence.js";
import { openBus, type Bus, type BusListeners } from "../bus/bus.js";
import { createClusterLook, type ClusterLook } from "../cluster/health.js";
import { createRegistry, type Registry } from "../cluster/registry.js";
import { watchVitals } from "../cluster/vitals.js";
import type { Config } from "../config/config.js";
import { openDatabase, type Database } from "../database/pool.js";
import { databaseReady, watchDatabase } from "../database/ready.js";
import { createLog, messageOf, rateLimited, type Log } from "../metrics/log.js";
import { closeHttp } from "../http/close.js";
import { metricsJson } from "../metrics/json.js";
import { createMetrics, type Metrics } from "../metrics/metrics.js";

/** What every role is made of: database, bus, registry entry, health. */
export interface Instance {
  log: Log;
  metrics: Metrics;
  database: Database;
  /** Null in single-node mode. */
  bus: Bus | null;
  registry: Registry | null;
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
  /** Called with each heartbeat while Redis answers. */
  onHeartbeat(): Promise<void>;
  /** Another instance was killed, and it is on this one to clean up after it; null where the role can not. */
  onKilled: ((boot: string) => Promise<void>) | null;
}

const drainOrder = "drain";

/** As an operator would: the role stops as at a signal. */
function drainOneself(): void {
  process.kill(process.pid, "SIGTERM");
}

/** How often it is looked who is there: a killed instance is cleaned up after within three of these. */
const watchEveryMs = 1000;

/** Redis is given this long at start; then the instance is ready, degraded. */
const busPatienceMs = 3000;

/** Opens what every role needs; nothing waits yet. */
export function openInstance(config: Config, ports: InstancePorts): Instance {
  const log = createLog(config.logLevel, { instanceId: config.instanceId, role: config.role });
  const metrics = createMetrics();
  const database = openDatabase({ ...config.database, name: `parley ${config.instanceId}` }, log);
  const databaseWatch = watchDatabase(database);
  const vitals = watchVitals();
  const startedAt = Date.now();
  const startedTick = performance.now();
  const stopped = new AbortController();
  let phase: "starting" | "ready" | "draining" = "starting";
  let timer: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;
  let twin = false;

  const bus =
    config.redisUrl === null || config.cacheRedisUrl === null
      ? null
      : openBus(
          { ...config, redisUrl: config.redisUrl, cacheRedisUrl: config.cacheRedisUrl },
          listeners(),
          metrics,
          log,
        );
  const registry =
    bus === null ? null : createRegistry(bus, config.instanceTimeoutMs, ports.onKilled !== null);
  const isDegraded = () => bus?.isDegraded() ?? false;
  const look = createClusterLook({
    instanceId: config.instanceId,
    list: registry === null ? null : listInstances,
    self,
    presence: ports.presence,
    isDegraded,
  });
  const logBeat = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ error: messageOf(error), suppressed }, "heartbeat failed"),
  );

  function listeners(): BusListeners {
    return {
      onRoomEvents: ports.onRoomEvents,
      onDegraded: ports.onDegraded,
      onOrder(order) {
        if (order === drainOrder) drainOneself();
      },
      onLost: ports.onLost,
      onResubscribed() {
        // Redis may have been emptied, and others may have taken this instance for dead.
        if (phase !== "starting") void beat();
      },
      listBoots: async () => (await listInstances()).instances.map((instance) => instance.boot),
    };
  }

  /** The registry's entries; cleans up after who was found killed. */
  async function listInstances() {
    const listed = (await registry?.list()) ?? { instances: [], departed: new Set<string>(), killed: [] };
    metrics.instances.set(listed.instances.length);
    for (const boot of listed.killed) await cleanUpAfter(boot);
    return listed;
  }

  async function cleanUpAfter(boot: string): Promise<void> {
    log.warn({ boot }, "an instance was killed: cleaning up after it");
    await ports.onKilled?.(boot).catch(logBeat);
  }

  function status(): InstanceStatus {
    if (phase !== "ready") return phase;
    return isDegraded() || !databaseWatch.isHealthy() ? "degraded" : "ok";
  }

  let lastVitals = vitals.read();
  function record(): InstanceRecord {
    return {
      instanceId: config.instanceId,
      boot: config.boot,
      role: config.role,
      version: config.version,
      status: status(),
      pid: process.pid,
      startedAt,
      lastHeartbeat: Date.now(),
      connectedClients: ports.connectedClients(),
      messagesAppended: appended(),
      ...lastVitals,
    };
  }

  let appendedTotal = 0;
  const appended = () => {
    void metrics.messagesAppended.get().then(({ values }) => (appendedTotal = values[0]?.value ?? 0));
    return appendedTotal;
  };

  function self(): InstanceView {
    return { ...record(), heartbeatAgeMs: 0 };
  }

  async function beat(): Promise<void> {
    lastVitals = vitals.read();
    if (isDegraded()) return;
    try {
      const beaten = await registry?.heartbeat(record());
      noticeTwin(beaten !== undefined && beaten.suffix !== config.instanceId);
      // Started again so quickly that nobody has found the one before dead.
      if (beaten?.killed) await cleanUpAfter(beaten.killed);
      await ports.onHeartbeat();
    } catch (error) {
      logBeat(error);
    }
  }

  function noticeTwin(now: boolean): void {
    metrics.instanceIdConflict.set(now ? 1 : 0);
    if (now && !twin)
      log.warn("another running instance has the same INSTANCE_ID: both work, give one another id");
    twin = now;
  }

  return {
    log,
    metrics,
    database,
    bus,
    registry,
    isDegraded,
    isDraining: () => phase === "draining",
    look,
    health: () => ({
      status: vitals.isBlocked() ? "starting" : status(),
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
      await databaseReady(database, log, stopped.signal);
      if (bus !== null && !(await bus.ready(busPatienceMs))) log.warn("starting without redis: degraded");
      // Without its access rights it would be deaf or mute, and nobody would know.
      while (bus?.refused() && !stopped.signal.aborted) await bus.ready(1000);
      if (stopped.signal.aborted) return;
      phase = "ready";
      await beat();
      timer = setInterval(() => void beat(), config.heartbeatIntervalMs);
      watch = setInterval(() => bus?.refreshBoots(), watchEveryMs);
      log.info({ port: config.port, version: config.version, distributed: config.distributed }, "ready");
    },
    async orderDrain(instanceId) {
      if (instanceId === config.instanceId) {
        // The answer to who asked for it goes first.
        setImmediate(drainOneself);
        return true;
      }
      const { instances } = await listInstances();
      const found = instances.find((instance) => instance.instanceId === instanceId);
      return found !== undefined && bus !== null && bus.order(found.boot, drainOrder);
    },
    async drain() {
      stopped.abort();
      phase = "draining";
      clearInterval(timer);
      clearInterval(watch);
      await beat();
    },
    async stop(http) {
      if (!isDegraded()) await registry?.leave(record()).catch(logBeat);
      databaseWatch.stop();
      vitals.stop();
      await bus?.close();
      await closeHttp(http);
      await database.close();
    },
  };
}
