import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";
import { Failure, toErrorBody } from "../failure.js";

/** Refuses a handshake by throwing `Failure`. */
export type HandshakeCheck = (request: IncomingMessage) => void;

/**
 * Puts the check in front of engine.io for WebSocket handshakes: engine.io answers every refusal with 400, the
 * contract wants 403. The answer is written and the socket ended gracefully, never cut.
 */
export function guardUpgrades(server: HttpServer, check: HandshakeCheck): void {
  const listeners = server.listeners("upgrade");
  server.removeAllListeners("upgrade");
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      check(request);
    } catch (error) {
      return refuseUpgrade(socket, error);
    }
    for (const listener of listeners) listener.call(server, request, socket, head);
  });
}

const reasons: Record<number, string> = {
  403: "Forbidden",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const failure = error instanceof Failure ? error : new Failure("forbidden", "refused");
  const body = JSON.stringify({ error: toErrorBody(failure) });
  const status = statusOf(failure);
  socket.on("error", () => {});
  socket.end(
    [
      `HTTP/1.1 ${status} ${reasons[status] ?? "Refused"}`,
      "Content-Type: application/json; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}

/** Status of a refused handshake. */
export function statusOf(failure: Failure): number {
  return failure.code === "unavailable" ? 503 : failure.code === "rate_limited" ? 429 : 403;
}
