import { Router, type Request } from "express";
import type { MetricsJson } from "../../shared/http.js";
import { Failure } from "../failure.js";
import type { Metrics } from "../metrics/metrics.js";
import { hasKey } from "./keys.js";

/** What `/metrics` works with. */
export interface MetricsDeps {
  keys: string[];
  metrics: Metrics;
  json(): Promise<MetricsJson>;
  /** Role of the request's session, null without one. */
  sessionRole(request: Request): Promise<string | null>;
}

/** `GET /metrics` (H4, H11): by key or by an admin's session; Prometheus text where `Accept` names it, else JSON. */
export function metricsRoutes({ keys, metrics, json, sessionRole }: MetricsDeps): Router {
  const router = Router();
  router.get("/metrics", async (request, response) => {
    await authorize(request);
    response.set("Cache-Control", "no-store");
    const body = await json();
    if (/text\/plain|openmetrics/.test(request.headers.accept ?? "")) {
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    } else {
      response.json(body);
    }
  });

  async function authorize(request: Request): Promise<void> {
    if (keys.length > 0 && hasKey(request, keys)) return;
    const role = request.headers.authorization === undefined ? await sessionRole(request) : null;
    if (role === "admin") return;
    metrics.authFailures.inc({ what: "metrics" });
    if (role !== null) throw new Failure("forbidden", "admins only");
    throw new Failure("unauthenticated", "an admin's session or METRICS_API_KEY is needed");
  }
  return router;
}
