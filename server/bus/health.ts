import type { LatencyWindow } from "../metrics/latency.js";
import type { Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { createEcho } from "./echo.js";
import type { RedisClient } from "./redis.js";
import { watchClients } from "./watchdog.js";
import { watchWrites } from "./writes.js";

/** Whether the bus works: every connection answers, and what is published comes back. */
export interface Health {
  isHealthy(): boolean;
  /** Every connection answers; what is published may still not come back. */
  isAnswering(): boolean;
  /** What is published arrives, as far as is known; what is written may still be refused. */
  isHearing(): boolean;
  /** Every connection answers, and what is written is taken. */
  takesWrites(): boolean;
  /** What was published on every channel has come back since Redis answers. */
  isProven(): boolean;
  /** Publishes out of turn what has not come back yet. */
  prove(): void;
  /** The own heartbeat has come on this channel; `sentAt` is what it carries. */
  heard(channel: string, sentAt: number): void;
  stop(): void;
}

/** What health is judged by, and who is told. */
export interface HealthPorts {
  clients: RedisClient[];
  subscribing: RedisClient;
  commanding: RedisClient;
  /** The channels that have to be heard. */
  channels(): string[];
  /** False where silence says nothing. */
  isUsable(): boolean;
  beat(channel: string, payload: Buffer): void;
  changed(healthy: boolean): void;
  latency: LatencyWindow;
  metrics: Metrics;
  log: Log;
}

/** Watches from now on; until the first proof the bus is not healthy. */
export function watchHealth(ports: HealthPorts): Health {
  const { clients, subscribing, commanding, metrics, log } = ports;
  let healthy = false;
  let stopped = false;

  const echo = createEcho({
    channels: () => ports.channels(),
    isUsable: () => ports.isUsable(),
    beat(channel, sentAt) {
      const payload = Buffer.allocUnsafe(8);
      payload.writeDoubleBE(sentAt);
      ports.beat(channel, payload);
    },
    took(ms) {
      ports.latency.add(ms);
      metrics.pubsubLatency.observe(ms / 1000);
    },
    changed(deaf) {
      if (deaf) {
        log.warn("redis takes what is published, and nothing comes back: subscribing anew");
        renew(subscribing);
      }
      update();
    },
  });
  const watchdog = watchClients(clients, () => update());
  const writes = watchWrites(commanding, () => update(), log);
  metrics.pubsubDegraded.set(1);

  function update(): void {
    const now = watchdog.isHealthy() && !echo.isDeaf() && !writes.areRefused();
    if (stopped || now === healthy) return;
    healthy = now;
    metrics.pubsubDegraded.set(healthy ? 0 : 1);
    if (healthy) log.info("redis answers");
    else log.warn(writes.areRefused() ? "redis takes nothing: degraded" : "redis does not answer: degraded");
    ports.changed(healthy);
  }

  return {
    isHealthy: () => healthy,
    isAnswering: () => watchdog.isHealthy(),
    isHearing: () => watchdog.isHealthy() && !echo.isDeaf(),
    takesWrites: () => watchdog.isHealthy() && !writes.areRefused(),
    isProven: echo.isProven,
    prove: echo.prove,
    heard: echo.heard,
    stop() {
      stopped = true;
      watchdog.stop();
      writes.stop();
      echo.stop();
    },
  };
}

/** Ends a connection and makes it anew. */
function renew(client: RedisClient): void {
  if (!client.isReady) return;
  client.destroy();
  client.connect().catch(() => {});
}
