import type { IncomingMessage } from "node:http";
import { hasSessionCookie } from "../accounts/session.js";
import { Failure } from "../failure.js";
import { isSecure } from "./client-address.js";

/** Which origins may use a session. */
export interface OriginRule {
  /** Exact origins; empty: only the own one, scheme and Host as the proxy passed them. */
  allowed: string[];
  proxies: number;
}

/** Fails with `forbidden` when a session cookie comes without an allowed `Origin` (T1, T4). */
export function assertOrigin(request: IncomingMessage, rule: OriginRule): void {
  if (hasSessionCookie(request) && !isAllowed(request, rule))
    throw new Failure("forbidden", "origin not allowed");
}

function isAllowed(request: IncomingMessage, { allowed, proxies }: OriginRule): boolean {
  const { origin, host } = request.headers;
  if (typeof origin !== "string") return false;
  if (allowed.includes(origin)) return true;
  return (
    allowed.length === 0 && origin === `${isSecure(request, proxies) ? "https" : "http"}://${host ?? ""}`
  );
}
