// oxlint-disable no-underscore-dangle -- ws and Node keep what is needed here to themselves
import type { WebSocket } from "ws";
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
  /** For how long nothing was written though something waited. */
  stuckMs: number;
}

/** Whether a connection is so far behind that it is cut. */
export const isTooSlow = ({ packets, bytes, stuckMs }: Backlog) =>
  packets > packetsMax || bytes > bytesMax || stuckMs > stuckMaxMs;

/** Of what a TCP socket was given: what went to the operating system, and what that has not taken yet. */
interface TcpSocket {
  _bytesDispatched?: number;
  _handle?: { writeQueueSize?: number } | null;
}

/** The parts of an engine.io connection, and of a WebSocket, that their types keep private. */
interface Connection {
  writeBuffer: { data?: string | Buffer }[];
  transport: { writable: boolean; socket?: Partial<WebSocket> & { _socket?: TcpSocket | null } };
  close(discard?: boolean): void;
}

/** Something waits to be written. */
interface Wait {
  since: number;
  /** What had been written by then. */
  written: number;
}

function sizeOf({ writeBuffer, transport }: Connection): number {
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return bytes;
}

/** Bytes of a WebSocket that the operating system has taken; of polling always 0. */
function writtenBy({ transport }: Connection): number {
  const tcp = transport.socket?._socket;
  return (tcp?._bytesDispatched ?? 0) - (tcp?._handle?.writeQueueSize ?? 0);
}

/** Looks once a second at all connections of this node, and cuts those that do not read. */
export function cutSlowClients(io: ChatServer, metrics: Metrics, log: Log): { stop(): void } {
  const waits = new WeakMap<Connection, Wait>();

  function measure(connection: Connection, now: number): Backlog {
    const { writeBuffer, transport } = connection;
    const packets = writeBuffer.length;
    const written = writtenBy(connection);
    const isWaiting = (transport.socket?.bufferedAmount ?? 0) > 0 || (packets > 0 && !transport.writable);
    const known = waits.get(connection);
    const wait = known?.written === written ? known : { since: now, written };
    if (isWaiting) waits.set(connection, wait);
    else waits.delete(connection);
    return { packets, bytes: sizeOf(connection), stuckMs: isWaiting ? now - wait.since : 0 };
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
