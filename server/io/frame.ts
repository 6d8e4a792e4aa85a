// oxlint-disable no-underscore-dangle -- ws keeps what is needed here to itself
import type { Socket as TcpSocket } from "node:net";
import { WebSocket, WebSocketServer, type ServerOptions } from "ws";

/** What ws keeps private; the version is pinned, and where it is not as expected the ordinary way is taken. */
interface Parts {
  _sender?: { _state?: number };
  _socket?: TcpSocket | null;
}

const isIdle = 0;

/**
 * The TCP socket under an open WebSocket: what is written to it comes after all that the WebSocket was given. Null
 * where that does not hold, because it is closing or something is queued.
 */
export function tcpSocketOf(socket: WebSocket): TcpSocket | null {
  const { _sender: sender, _socket: tcp } = socket as unknown as Parts;
  return socket.readyState === WebSocket.OPEN && sender?._state === isIdle ? (tcp ?? null) : null;
}

/** A whole WebSocket text frame, as a server sends it: not masked (RFC 6455 §5.2). */
export function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = 0x81;
  frame[1] = headLength === 2 ? length : headLength === 4 ? 126 : 127;
  if (headLength === 4) frame.writeUInt16BE(length, 2);
  if (headLength === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, headLength);
  return frame;
}

const uncork = (tcp: TcpSocket) => tcp.uncork();

/**
 * Sends all texts of one turn, and what the turn's tick writes past it, with one write; ws itself makes a write of
 * each, and of each frame's head.
 */
class TurnWebSocket extends WebSocket {
  override send(...all: unknown[]): void {
    const [data, callback] = all;
    const tcp = tcpSocketOf(this);
    if (tcp === null || typeof data !== "string" || typeof callback !== "function")
      return super.send(...(all as Parameters<WebSocket["send"]>));
    if (tcp.writableCorked === 0) {
      tcp.cork();
      process.nextTick(uncork, tcp);
    }
    tcp.write(frameOf(data), callback as (error?: Error | null) => void);
  }
}

/** A server of such WebSockets, for engine.io's `wsEngine`. */
export class TurnWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, WebSocket: TurnWebSocket });
  }
}
