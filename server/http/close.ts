import type { Server as HttpServer } from "node:http";

const requestPatienceMs = 2000;

/** Takes no new requests; those that run get a moment to end. */
export async function closeHttp(http: HttpServer): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeIdleConnections();
  const timer = setTimeout(() => http.closeAllConnections(), requestPatienceMs);
  await closed;
  clearTimeout(timer);
}
