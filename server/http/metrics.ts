import { Router, type Request } from "express";
import type { Health, MetricsJson } from "../../shared/http.js";
import { Failure } from "../failure.js";
import type { Metrics } from "../metrics/metrics.js";
import { createBadKeys } from "./bad-keys.js";
import { hasKey } from "./keys.js";

/** What `/metrics` works with. */
export interface MetricsDeps {
  keys: string[];
  metrics: Metrics;
  json(): Promise<MetricsJson>;
  health(): Health;
  /** Role of the request's session, null without one. */
  sessionRole(request: Request): Promise<string | null>;
}

/** `GET /metrics` (H4, H11): by key or by an admin's session; Prometheus text where `Accept` names it, else JSON. */
export function metricsRoutes({ keys, metrics, json, health, sessionRole }: MetricsDeps): Router {
  const router = Router();
  const badKeys = createBadKeys(metrics);
  router.get("/metrics", async (request, response) => {
    await authorize(request);
    response.set("Cache-Control", "no-store");
    const body = await json();
    measure(body);
    if (/text\/plain|openmetrics/.test(request.headers.accept ?? "")) {
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    } else {
      response.json(body);
    }
  });

  /** What is known by looking only. */
  function measure({ cluster }: MetricsJson): void {
    metrics.instances.set(cluster.activeInstances);
    metrics.heartbeatAge.set(Math.max(0, ...cluster.instances.map((each) => each.heartbeatAgeMs)) / 1000);
    metrics.databaseFailed.set(health().checks.database === "failed" ? 1 : 0);
  }

  async function authorize(request: Request): Promise<void> {
    badKeys.assertBelow(request);
    if (keys.length > 0 && hasKey(request, keys)) return;
    const role = request.headers.authorization === undefined ? await sessionRole(request) : null;
    if (role === "admin") return;
    badKeys.note(request);
    metrics.authFailures.inc({ what: "metrics" });
    if (role !== null) throw new Failure("forbidden", "admins only");
    throw new Failure("unauthenticated", "an admin's session or METRICS_API_KEY is needed");
  }
  return router;
}
