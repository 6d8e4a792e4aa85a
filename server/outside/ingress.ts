import type { AnnouncementLevel, ExternalEvent } from "../../shared/facts.js";
import type { Bucket } from "../config/env.js";
import { rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { readOutside, type OutsideDropReason, type OutsideMessage } from "./message.js";
import { createSourceLimit } from "./source-limit.js";

/** What the ingress works with; every node hears outside services itself, so it speaks to local sockets only. */
export interface IngressPorts {
  /** Of each source, on this node; null: no limit. */
  bucket: Bucket;
  tellRoom(room: string, event: ExternalEvent): void;
  announce(announcement: { text: string; level: AnnouncementLevel }): void;
  metrics: Metrics;
  log: Log;
}

/** Announcements name no source: all share one bucket, which no source can be named like. */
const sourceOf = (message: OutsideMessage) =>
  message.event === "external:event" ? message.payload.source : "";

/**
 * Takes what outside services publish. Only the two events of the contract pass, checked and made anew, so that nobody
 * outside can say what a node says; all else is dropped, counted and logged at a bounded rate.
 */
export function createIngress({ bucket, tellRoom, announce, metrics, log }: IngressPorts) {
  const mayPass = createSourceLimit(bucket);
  const logDrop = rateLimited(10_000, (suppressed, reason: OutsideDropReason) =>
    log.warn({ reason, suppressed }, "dropped a message of an outside service"),
  );

  function judge(bytes: Buffer): OutsideMessage | OutsideDropReason {
    const message = readOutside(bytes);
    if (typeof message === "string") return message;
    return mayPass(sourceOf(message)) ? message : "outside_rate_limited";
  }

  return (bytes: Buffer): void => {
    const message = judge(bytes);
    if (typeof message === "string") {
      metrics.pubsubDropped.inc({ reason: message });
      logDrop(message);
    } else if (message.event === "external:event") tellRoom(message.room, message.payload);
    else announce(message.payload);
  };
}
