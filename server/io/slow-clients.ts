import type { Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import type { ChatServer } from "./types.js";

// A socket that does not read costs memory until its ping times out: some 9 MB a second under load (trust.md F10).
// Cut, it comes back and reads what it missed from the log.

const everyMs = 1000;
const packetsMax = 500;
const bytesMax = 1_000_000;
const stuckMaxMs = 5000;

/** What of an engine.io connection tells whether it keeps up. */
export interface Backlog {
  packets: number;
  bytes: number;
  /** For how long nothing could be written though something waited. */
  stuckMs: number;
}

/** Whether a connection is so far behind that it is cut. */
export const isTooSlow = ({ packets, bytes, stuckMs }: Backlog) =>
  packets > packetsMax || bytes > bytesMax || stuckMs > stuckMaxMs;

/** The parts of an engine.io connection that its types keep private. */
interface Connection {
  writeBuffer: { data?: string | Buffer }[];
  transport: { writable: boolean; socket?: { terminate?(): void; bufferedAmount?: number } };
  close(discard?: boolean): void;
}

function sizeOf({ writeBuffer, transport }: Connection): number {
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return bytes;
}

/** Looks once a second at all connections of this node, and cuts those that do not read. */
export function cutSlowClients(io: ChatServer, metrics: Metrics, log: Log): { stop(): void } {
  const stuckSince = new WeakMap<Connection, number>();

  function measure(connection: Connection, now: number): Backlog {
    const packets = connection.writeBuffer.length;
    const isStuck = packets > 0 && !connection.transport.writable;
    if (!isStuck) stuckSince.delete(connection);
    else if (!stuckSince.has(connection)) stuckSince.set(connection, now);
    const since = stuckSince.get(connection) ?? now;
    return { packets, bytes: sizeOf(connection), stuckMs: now - since };
  }

  function cut(connection: Connection, backlog: Backlog): void {
    metrics.slowClientsCut.inc();
    log.info(backlog, "cut a client that does not read");
    connection.close(true);
    // A close frame would wait behind all the rest.
    setTimeout(() => connection.transport.socket?.terminate?.(), 100).unref();
  }

  const timer = setInterval(() => {
    const now = performance.now();
    const { clients } = io.engine as unknown as { clients: Record<string, Connection> };
    for (const connection of Object.values(clients)) {
      const backlog = measure(connection, now);
      if (isTooSlow(backlog)) cut(connection, backlog);
    }
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}
