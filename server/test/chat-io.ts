// oxlint-disable no-underscore-dangle -- what is counted is Node's own
import { once } from "node:events";
import { createServer } from "node:http";
import { createConnection, type AddressInfo, type Socket as TcpSocket } from "node:net";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { WebSocketServer } from "ws";
import { shortenWrites } from "../io/connection.js";
import type { ChatServer } from "../io/types.js";

/** What the operating system was asked to write to a server's sockets. */
export interface WriteCount {
  writes: number;
  bytes: number;
}

/** A Socket.IO server with the short way of writing, and nothing else of ours. */
export interface ChatIo {
  io: ChatServer;
  port: number;
  /** A stock client of its own connection. */
  connect(transports?: ("websocket" | "polling")[]): Socket;
  /** A client whose TCP socket is read no more once it is connected; `resume` has it go on. */
  connectDeaf(): Promise<TcpSocket>;
  /** Counts from now on. */
  countWrites(): WriteCount;
  close(): Promise<void>;
}

/** Of a TCP socket, below all that Node's streams do; a pipe has no name. */
interface Handle {
  getsockname?(name: { port?: number }): void;
}
type Write = (this: Handle, request: object, data: Buffer | string | (Buffer | string)[]) => number;
type Writes = Record<string, Write>;

const ways = ["writeBuffer", "writev", "writeUtf8String", "writeLatin1String"];

/** What all TCP sockets' handles have their ways of writing from. */
async function findWrites(port: number): Promise<Writes> {
  const tcp = createConnection(port, "127.0.0.1");
  await once(tcp, "connect");
  let owner = (tcp as unknown as { _handle: object })._handle;
  while (!Object.hasOwn(owner, "writeBuffer")) owner = Object.getPrototypeOf(owner) as object;
  tcp.destroy();
  return owner as Writes;
}

const handshake = [
  "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
  "Host: x",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  "\r\n",
].join("\r\n");

/** `40`, masked with zeros. */
const connectPacket = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]);

const lengthOf = (data: Buffer | string) => Buffer.byteLength(data);

/** Starts one on a free port of loopback. */
export async function startChatIo(): Promise<ChatIo> {
  const http = createServer();
  const io: ChatServer = new Server(http, { perMessageDeflate: false, wsEngine: WebSocketServer });
  shortenWrites(io);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  const writes = await findWrites(port);
  const originals = new Map(ways.map((way) => [way, writes[way] as Write]));
  const counts = new Set<WriteCount>();
  for (const [way, original] of originals)
    writes[way] = function (request, data, ...rest: unknown[]) {
      const name: { port?: number } = {};
      this.getsockname?.(name);
      if (name.port === port)
        for (const count of counts) {
          count.writes += 1;
          // Of many that are not all buffers every second is an encoding; nobody here writes such.
          count.bytes += [data].flat().reduce((sum, each) => sum + lengthOf(each), 0);
        }
      return Reflect.apply(original, this, [request, data, ...rest]);
    };

  return {
    io,
    port,
    connect: (transports = ["websocket"]) =>
      connect(`http://127.0.0.1:${port}`, { transports, forceNew: true }),
    async connectDeaf() {
      const tcp = createConnection(port, "127.0.0.1");
      tcp.write(handshake);
      await once(tcp, "data");
      const welcomed = once(io, "connection");
      tcp.write(connectPacket);
      await welcomed;
      return tcp.pause();
    },
    countWrites() {
      const count = { writes: 0, bytes: 0 };
      counts.add(count);
      return count;
    },
    async close() {
      for (const [way, original] of originals) writes[way] = original;
      await io.close();
    },
  };
}
