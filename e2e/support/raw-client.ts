import { WebSocket } from "ws";
import type { Session } from "./session.js";

/** A client that costs next to nothing: Socket.IO's packets over a bare WebSocket, one room, back at once. */
export interface RawClient {
  /** Whether it is in its room, on the connection of now. */
  isIn(): boolean;
  /** Offset up to which it was given everything. */
  position(): number;
  /** How often it was in its room. */
  joins(): number;
  close(): void;
}

const againMs = 250;
/** Packets of engine.io and Socket.IO as they stand on the wire. */
const packet = { open: "0", ping: "2", pong: "3", connect: "40", joinedAck: "430", event: "42" };

interface Batch {
  events: { offset: number }[];
}

/** Opens a client that comes from this address of the loopback. */
export function openRawClient(session: Session, localAddress: string, room: string): RawClient {
  const url = `${session.base.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`;
  const headers = { cookie: session.cookie, origin: session.base };
  let socket: WebSocket;
  let isIn = false;
  let isClosed = false;
  let position = 0;
  let joins = 0;
  const early = new Set<number>();

  function take({ events }: Batch): void {
    for (const { offset } of events) if (offset > position) early.add(offset);
    while (early.delete(position + 1)) position += 1;
  }

  function hear(text: string): void {
    if (text === packet.ping) socket.send(packet.pong);
    else if (text.startsWith(packet.joinedAck)) {
      const [answer] = JSON.parse(text.slice(packet.joinedAck.length)) as [
        { ok: boolean; data: Batch & { head: number } },
      ];
      if (!answer.ok) return socket.close();
      if (joins === 0) position = answer.data.head;
      take(answer.data);
      isIn = true;
      joins += 1;
    } else if (text.startsWith(packet.connect)) {
      const after = joins === 0 ? {} : { after: position };
      socket.send(`420${JSON.stringify(["room:join", { room, ...after }])}`);
    } else if (text.startsWith(packet.event)) {
      const [name, batch] = JSON.parse(text.slice(packet.event.length)) as [string, Batch];
      if (name === "room:events") take(batch);
    } else if (text.startsWith(packet.open)) socket.send(packet.connect);
  }

  function connect(): void {
    socket = new WebSocket(url, { headers, localAddress, perMessageDeflate: false });
    let wasOpen = false;
    socket.on("open", () => (wasOpen = true));
    socket.on("message", (data: Buffer) => hear(data.toString()));
    socket.on("error", () => {});
    socket.on("close", () => {
      isIn = false;
      if (!isClosed) setTimeout(connect, wasOpen ? 0 : againMs);
    });
  }

  connect();
  return {
    isIn: () => isIn,
    position: () => position,
    joins: () => joins,
    close() {
      isClosed = true;
      socket.terminate();
    },
  };
}
