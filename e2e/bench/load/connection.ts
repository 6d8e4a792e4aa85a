import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { clientFrame, createFrameReader, opcodes, type TakeFrame } from "./frames.js";

/** Where a connection goes. */
export interface Target {
  port: number;
  /** What the server is told as `Host`; its origin with `http://` before it. */
  host: string;
  path: string;
  cookie: string | null;
}

/** A WebSocket of the load: text goes out, payloads come in. */
export interface Connection {
  send(text: string): void;
  close(): void;
}

/** What a connection tells. */
export interface ConnectionEvents {
  opened(): void;
  /** The text's bytes are only good during the call. */
  text(bytes: Buffer, start: number, end: number): void;
  closed(why: string): void;
}

/** One for all connections of the process: a piece is used up before the next one is read. */
const piece = Buffer.allocUnsafe(256 * 1024);

/** What browsers send, because servers keep it. */
const browserHeaders = [
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Cache-Control: no-cache",
  "Pragma: no-cache",
];

function handshake({ host, path, cookie }: Target): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: http://${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "Sec-WebSocket-Version: 13",
    ...browserHeaders,
    ...(cookie === null ? [] : [`Cookie: ${cookie}`]),
    "\r\n",
  ].join("\r\n");
}

/** Opens one; of its handshake only the status is looked at. */
export function openConnection(target: Target, events: ConnectionEvents): Connection {
  let head = "";
  let isOpen = false;
  let why = "cut";
  const take: TakeFrame = (opcode, bytes, start, end) => {
    if (opcode === opcodes.text) events.text(bytes, start, end);
    else if (opcode === opcodes.ping)
      socket.write(clientFrame(bytes.toString("utf8", start, end), opcodes.pong));
    else if (opcode === opcodes.close) {
      why = `closed by the server (${end - start >= 2 ? bytes.readUInt16BE(start) : "no code"})`;
      socket.destroy();
    }
  };
  const read = createFrameReader(take);

  function readHead(size: number): void {
    head += piece.toString("latin1", 0, size);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!head.startsWith("HTTP/1.1 101")) {
      why = `refused: ${head.split("\r\n")[0]}`;
      return void socket.destroy();
    }
    isOpen = true;
    events.opened();
    const rest = Buffer.from(head.slice(end + 4), "latin1");
    if (rest.length > 0) read(rest, rest.length);
  }

  const onread = {
    buffer: piece,
    callback(size: number): boolean {
      if (isOpen) read(piece, size);
      else readHead(size);
      return true;
    },
  };
  const socket: Socket = connect({ port: target.port, host: "127.0.0.1", noDelay: true, onread });
  socket.on("connect", () => socket.write(handshake(target)));
  socket.on("error", (error) => (why = error.message));
  socket.on("close", () => events.closed(why));
  return {
    send: (text) => void socket.write(clientFrame(text)),
    close: () => void socket.destroy(),
  };
}
