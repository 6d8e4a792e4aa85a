import type { InstanceRecord, InstanceStatus, InstanceView } from "../../shared/cluster.js";
import type { Config } from "../config/config.js";
import { shareEqual } from "../gather.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { createRate } from "../metrics/rate.js";
import type { Registry } from "./registry.js";
import { watchEventLoop, type EventLoop } from "../metrics/event-loop.js";

/** This instance among the others: its entry in the registry, and who else is there. */
export interface Membership {
  /** This instance as the dashboard shows it, live. */
  self(): InstanceView;
  /**
   * The registry's entries; cleans up after who was found killed, and writes the own one at once where it is missing.
   * Rejects when Redis fails.
   */
  list(): ReturnType<Registry["list"]>;
  /** Whether the event loop was blocked just now (F-16). */
  isBlocked(): boolean;
  /** Writes the entry once, then does what the role does at each heartbeat; never rejects. */
  beat(): Promise<void>;
  /** Beats from now on, and looks every second who is there. */
  start(): void;
  /** Beats no more by itself. */
  pause(): void;
  /** Takes the entry out, in good order. */
  leave(): Promise<void>;
}

/** What membership needs. */
export interface MembershipPorts {
  config: Pick<Config, "instanceId" | "boot" | "role" | "version" | "heartbeatIntervalMs">;
  /** Null in single-node mode. */
  registry: Registry | null;
  status(): InstanceStatus;
  connectedClients(): number;
  isDegraded(): boolean;
  /** `fresh`: Redis knew nothing of this instance, as after it was emptied. */
  onHeartbeat(fresh: boolean): Promise<void>;
  onKilled: ((boot: string) => Promise<void>) | null;
  /** Called every second. */
  look(): void;
  metrics: Metrics;
  log: Log;
}

/** How often it is looked who is there: a killed instance is cleaned up after within three of these. */
const lookEveryMs = 1000;

/** A rate is told over this time. */
const rateWindowMs = 10_000;

/** How this process fares. */
function readVitals(eventLoop: EventLoop) {
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapUsedBytes: heapUsed, eventLoopLagMs: eventLoop.lagMs() };
}

/** Creates the membership; nothing is written before `beat` or `start`. */
export function createMembership(ports: MembershipPorts): Membership {
  const { config, registry, metrics, log, isDegraded } = ports;
  const eventLoop = watchEventLoop(metrics.registry);
  const startedAt = Date.now();
  let vitals = readVitals(eventLoop);
  let appended = 0;
  const appendRate = createRate(rateWindowMs);
  let isTwin = false;
  const timers: NodeJS.Timeout[] = [];
  let beating: Promise<boolean | null> | null = null;
  let isFresh = false;
  /** One at a time, and however long it takes, the entry is renewed meanwhile. */
  const shareRole = shareEqual<void>();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ error: messageOf(error), suppressed }, "heartbeat failed"),
  );

  function record(): InstanceRecord {
    return {
      instanceId: config.instanceId,
      boot: config.boot,
      role: config.role,
      version: config.version,
      status: ports.status(),
      pid: process.pid,
      startedAt,
      lastHeartbeat: Date.now(),
      connectedClients: ports.connectedClients(),
      messagesAppended: appended,
      messagesPerSecond: appendRate.perSecond(),
      ...vitals,
    };
  }

  async function countAppended(): Promise<void> {
    appended = (await metrics.messagesAppended.get()).values[0]?.value ?? 0;
    appendRate.note(appended);
  }

  async function cleanUpAfter(boot: string): Promise<void> {
    log.warn({ boot }, "an instance was killed: cleaning up after it");
    await ports.onKilled?.(boot).catch(logFailure);
  }

  function noticeTwin(now: boolean): void {
    metrics.instanceIdConflict.set(now ? 1 : 0);
    if (now && !isTwin)
      log.warn("another running instance has the same INSTANCE_ID: both work, give one another id");
    isTwin = now;
  }

  /** One at a time: an older one must not overwrite what a newer one has written. */
  async function beat(): Promise<void> {
    await beating;
    beating ??= writeEntry().finally(() => (beating = null));
    const fresh = await beating;
    if (fresh === null) return;
    isFresh ||= fresh;
    await shareRole("role", beatRole).catch(logFailure);
  }

  function beatRole(): Promise<void> {
    const fresh = isFresh;
    isFresh = false;
    return ports.onHeartbeat(fresh);
  }

  /** Whether Redis knew nothing of this instance; null where nothing was written. */
  async function writeEntry(): Promise<boolean | null> {
    vitals = readVitals(eventLoop);
    if (isDegraded()) return null;
    try {
      const beaten = await registry?.heartbeat(record());
      noticeTwin(beaten !== undefined && beaten.suffix !== config.instanceId);
      // Started again so quickly that nobody has found the one before dead.
      if (beaten?.killed) await cleanUpAfter(beaten.killed);
      return beaten?.fresh ?? false;
    } catch (error) {
      logFailure(error);
      return null;
    }
  }

  /** Redis was emptied: by the next heartbeat the others would have forgotten this instance. */
  function missed(): void {
    if (registry !== null && timers.length > 0 && beating === null) void beat();
  }

  function pause(): void {
    timers.splice(0).forEach((timer) => clearInterval(timer));
  }

  return {
    self: () => ({ ...record(), heartbeatAgeMs: 0 }),
    async list() {
      const listed = (await registry?.list()) ?? { instances: [], departed: new Set<string>(), killed: [] };
      metrics.instances.set(listed.instances.length);
      for (const boot of listed.killed) await cleanUpAfter(boot);
      if (!listed.instances.some(({ boot }) => boot === config.boot)) missed();
      return listed;
    },
    isBlocked: eventLoop.isBlocked,
    beat,
    start() {
      timers.push(
        setInterval(() => void beat(), config.heartbeatIntervalMs),
        setInterval(() => {
          ports.look();
          void countAppended();
        }, lookEveryMs),
      );
    },
    pause,
    async leave() {
      pause();
      eventLoop.stop();
      if (!isDegraded()) await registry?.leave(record()).catch(logFailure);
    },
  };
}
