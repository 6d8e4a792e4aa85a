import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { closedCounter } from "./closed-counter.js";
import { libraryWatchMs } from "./event-loop.js";
import { authFailures, dropReasons, gcKinds, limitNames } from "./labels.js";

/** The program's metrics under the contract's names; labels come from closed sets. */
export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own for each instance, never the global one. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: libraryWatchMs });
  // All kinds from the start, so that the number of series does not depend on what has happened (T34).
  const pauses = registry.getSingleMetric("nodejs_gc_duration_seconds");
  if (pauses instanceof Histogram) for (const kind of gcKinds) pauses.zero({ kind });
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const seconds = (name: string, help: string) =>
    new Histogram({
      name,
      help,
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });

  return {
    registry,
    connectedClients: gauge("chat_connected_clients", "Sockets connected to this node"),
    messagesAppended: counter("chat_messages_appended_total", "Messages committed by this instance"),
    eventsDelivered: counter("chat_events_delivered_total", "Room events handed to local sockets"),
    appendSeconds: seconds("chat_append_seconds", "From the command to the commit"),
    pubsubPublished: counter("chat_pubsub_published_total", "Messages published to Redis"),
    pubsubReceived: counter("chat_pubsub_received_total", "Messages received from Redis and accepted"),
    pubsubPublishFailures: counter(
      "chat_pubsub_publish_failures_total",
      "Publishes refused, failed or skipped",
    ),
    pubsubDropped: closedCounter(
      registry,
      "chat_pubsub_dropped_total",
      "Messages from Redis that were dropped",
      "reason",
      dropReasons,
    ),
    pubsubLatency: seconds("chat_pubsub_latency_seconds", "From publish to the own echo, one clock"),
    pubsubDegraded: gauge("chat_pubsub_degraded", "1 while Redis does not answer"),
    deliveryRepaired: counter(
      "chat_delivery_repaired_total",
      "Events that pub/sub lost and the head poll filled",
    ),
    instances: gauge("chat_instances", "Live instances, as last read from the registry"),
    heartbeatAge: gauge(
      "chat_instance_heartbeat_age_seconds",
      "Age of the oldest heartbeat among the live instances, as last read from the registry",
    ),
    databaseFailed: gauge("chat_database_failed", "1 while Postgres does not answer"),
    instanceIdConflict: gauge(
      "chat_instance_id_conflict",
      "1 while another live instance has this INSTANCE_ID",
    ),
    presenceUsers: new Gauge({
      name: "chat_presence_users",
      help: "Users online in the cluster",
      labelNames: ["role"] as const,
      registers,
    }),
    slowClientsCut: counter("chat_slow_clients_cut_total", "Sockets cut because they did not read"),
    rateLimited: closedCounter(
      registry,
      "chat_rate_limited_total",
      "Refusals by a limit",
      "limit",
      limitNames,
    ),
    authFailures: closedCounter(
      registry,
      "chat_auth_failures_total",
      "Refused credentials",
      "what",
      authFailures,
    ),
  };
}
