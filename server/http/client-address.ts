import type { IncomingMessage } from "node:http";

/**
 * The address the nearest `proxies` trusted proxies saw: the last hop they added to X-Forwarded-For, never what a
 * client wrote itself (T5). With 0 it is the connection's own. A Unix socket has none: who comes there without a hop
 * shares the empty address with all others who do.
 */
export function clientAddress(request: IncomingMessage, proxies: number): string {
  const peer = request.socket.remoteAddress ?? "";
  const header = request.headers["x-forwarded-for"];
  const hops = [...(typeof header === "string" ? header.split(",") : []).map((hop) => hop.trim()), peer];
  return hops[Math.max(0, hops.length - 1 - proxies)] ?? peer;
}

/** Whether the client's connection is TLS, as the proxy tells when there is one. */
export function isSecure(request: IncomingMessage, proxies: number): boolean {
  const header = request.headers["x-forwarded-proto"];
  if (proxies > 0 && typeof header === "string") return header.split(",")[0]?.trim() === "https";
  return (request.socket as { encrypted?: boolean }).encrypted === true;
}
