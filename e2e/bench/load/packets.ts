// What the servers under test say, as far as the load needs it. All speak Socket.IO's packets over a WebSocket; the
// bare server speaks them without Socket.IO's handshake, so that the same bytes are on the wire.

/** Whose words are spoken. */
export type Dialect = "parley" | "plain" | "bare";

/** Messages of one room that came in one packet, ascending. */
export interface Batch {
  room: string;
  messages: { offset: number; text: string }[];
}

/** Path of the WebSocket. */
export const pathOf = (dialect: Dialect) =>
  dialect === "bare" ? "/" : "/socket.io/?EIO=4&transport=websocket";

const batchPrefix = { parley: '42["room:events",{"room":"', plain: '42["message",{"room":"' };

/** What comes before the room's name in a packet of messages. */
export const prefixOf = (dialect: Dialect) =>
  Buffer.from(dialect === "parley" ? batchPrefix.parley : batchPrefix.plain);

/** A command that asks for an ack under `id`. */
export function command(dialect: Dialect, id: number, name: "join" | "send", input: object): string {
  const names = {
    parley: { join: "room:join", send: "message:send" },
    plain: { join: "join", send: "message" },
  };
  const event = names[dialect === "parley" ? "parley" : "plain"][name];
  return `42${id}${JSON.stringify([event, input])}`;
}

interface Event {
  kind: string;
  offset: number;
  text?: string;
}

/** Reads a packet of messages; null when it tells anything else. */
export function readBatch(dialect: Dialect, packet: string): Batch | null {
  if (dialect !== "parley") {
    if (!packet.startsWith(batchPrefix.plain)) return null;
    const [, message] = JSON.parse(packet.slice(2)) as [
      string,
      { room: string; offset: number; text: string },
    ];
    return { room: message.room, messages: [message] };
  }
  if (!packet.startsWith('42["room:events"')) return null;
  const [, { room, events }] = JSON.parse(packet.slice(2)) as [string, { room: string; events: Event[] }];
  return { room, messages: events.map(({ offset, text }) => ({ offset, text: text ?? "" })) };
}

/** What an ack says of a join or a message. */
export interface Answer {
  id: number;
  ok: boolean;
  /** The room's head, of a join. */
  head: number;
  /** What was missed, of a join. */
  missed: { offset: number; text: string }[];
  /** Why not, where it was refused. */
  error: string;
}

interface Body {
  ok?: boolean;
  data?: { head?: number; events?: Event[] };
  error?: unknown;
}

/** Reads an ack's packet, `43<id>[…]`. */
export function readAnswer(packet: string): Answer {
  const bracket = packet.indexOf("[");
  const [body = {}] = JSON.parse(packet.slice(bracket)) as [Body?];
  const missed = (body.data?.events ?? []).map(({ offset, text }) => ({ offset, text: text ?? "" }));
  const error = body.ok === true ? "" : JSON.stringify(body.error ?? body);
  return {
    id: Number(packet.slice(2, bracket)),
    ok: body.ok === true,
    head: body.data?.head ?? 0,
    missed,
    error,
  };
}

/** A message's text: its number, filled up to the wanted size. */
export const textOf = (number: number, size: number) =>
  `${number} `.padEnd(size, "lorem ipsum dolor sit amet ");

/** The number in a message's text. */
export const numberOf = (text: string) => Number.parseInt(text, 10);
