import type { Server as HttpServer } from "node:http";
import type { Server } from "node:net";

const requestPatienceMs = 2000;

/** Takes no new requests, at none of the listeners; those that run get a moment to end. */
export async function closeHttp(http: HttpServer, others: readonly Server[]): Promise<void> {
  const closed = [http, ...others].map(
    (server) => new Promise<void>((resolve) => server.close(() => resolve())),
  );
  http.closeIdleConnections();
  const timer = setTimeout(() => http.closeAllConnections(), requestPatienceMs);
  await Promise.all(closed);
  clearTimeout(timer);
}
