import type { ClusterHealth } from "../../shared/cluster.js";
import type { MetricsJson } from "../../shared/http.js";
import type { Config } from "../config/config.js";
import type { LatencyWindow } from "./latency.js";
import type { Metrics } from "./metrics.js";

/** What the JSON of `/metrics` is made of. */
export interface MetricsJsonParts {
  config: Pick<Config, "instanceId" | "distributed">;
  metrics: Metrics;
  health: ClusterHealth;
  latency: ReturnType<LatencyWindow["read"]>;
  uptimeMs: number;
  connectedClients: number;
}

const valueOf = async (metric: { get(): Promise<{ values: { value: number }[] }> }) =>
  (await metric.get()).values[0]?.value ?? 0;

/** The JSON of `/metrics` (H11). */
export async function metricsJson(parts: MetricsJsonParts): Promise<MetricsJson> {
  const { config, metrics, health, latency } = parts;
  return {
    timestamp: new Date().toISOString(),
    instanceId: config.instanceId,
    distributedMode: config.distributed,
    pubsub: {
      messagesPublished: await valueOf(metrics.pubsubPublished),
      messagesReceived: await valueOf(metrics.pubsubReceived),
      publishFailures: await valueOf(metrics.pubsubPublishFailures),
      averageLatencyMs: latency.averageMs,
      maxLatencyMs: latency.maxMs,
      latencyWindowMs: latency.windowMs,
      isDegraded: health.degraded,
      uptime: Math.round(parts.uptimeMs),
    },
    chat: { connectedClients: parts.connectedClients },
    cluster: { activeInstances: health.instances.length, instances: health.instances },
    presence: health.presence,
  };
}
