// The least a WebSocket server can do: each message is sent to each socket of its room. It writes Socket.IO's packets,
// so that the same bytes are on the wire, but has nothing of its protocol: no handshake, no pings, no adapter.

import { WebSocket, WebSocketServer } from "ws";

const server = new WebSocketServer({ port: Number(process.env.PORT), host: "127.0.0.1" });
const rooms = new Map<string, { sockets: Set<WebSocket>; head: number }>();

function roomOf(name: string) {
  const room = rooms.get(name) ?? { sockets: new Set(), head: 0 };
  rooms.set(name, room);
  return room;
}

server.on("connection", (socket) => {
  socket.on("message", (data: Buffer) => {
    const packet = data.toString();
    const bracket = packet.indexOf("[");
    const id = packet.slice(2, bracket);
    const [event, { room: name, text }] = JSON.parse(packet.slice(bracket)) as [
      string,
      { room: string; text: string },
    ];
    const room = roomOf(name);
    if (event === "join") room.sockets.add(socket);
    else {
      room.head += 1;
      const message = { room: name, offset: room.head, sender: "AAAAAAAAAAAAAAAAAAAA", text };
      const out = `42${JSON.stringify(["message", message])}`;
      for (const each of room.sockets) if (each.readyState === WebSocket.OPEN) each.send(out);
    }
    socket.send(`43${id}${JSON.stringify([{ ok: true, data: { head: room.head } }])}`);
  });
  socket.on("close", () => {
    for (const { sockets } of rooms.values()) sockets.delete(socket);
  });
});
