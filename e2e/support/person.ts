import { randomUUID } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import type { Ack, CommandData, CommandInput, CommandName } from "../../shared/commands.js";
import type {
  AdminServerToClientEvents,
  ClientToServerEvents,
  ServerToClientEvents,
} from "../../shared/facts.js";
import type { RoomEvent } from "../../shared/room-events.js";
import { createTimeline, type Timeline } from "../../shared/timeline.js";
import type { User } from "../../shared/values.js";

/** Answer of an HTTP request, its body parsed. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** Somebody with a session at one address of the cluster. */
export interface Session {
  base: string;
  cookie: string;
  user: User;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** A request without a session. */
export async function request(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== "" ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

/** Logs in over HTTP and keeps the cookie; any of the three ways in. */
export async function enter(base: string, path: string, body: unknown): Promise<Session> {
  const answer = await request(base, "POST", path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const user = answer.body.user as User;
  return {
    base,
    cookie,
    user,
    request: (method, to, sent, headers) =>
      request(base, method, to, sent, { cookie, origin: base, ...headers }),
  };
}

/** A guest's session. */
export const guest = (base: string, name: string) => enter(base, "/api/session/guest", { name });

/** The same session at another address of the cluster, as browsers share cookies between ports of a host. */
export const at = (base: string, session: Session): Session => ({
  ...session,
  base,
  request: (method, path, body, headers) =>
    request(base, method, path, body, { cookie: session.cookie, origin: base, ...headers }),
});

/** A person in the chat: the socket, and what the page would show. */
export interface Person {
  session: Session;
  socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  /** Sends a command; resolves with the ack, rejects without one in 10 s. */
  command<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Ack<CommandData[N]>>;
  /** Joins a room and follows it, also after reconnects. */
  join(room: string): Promise<CommandData["room:join"]>;
  say(room: string, text: string, clientId?: string): Promise<Ack<CommandData["message:send"]>>;
  shown(room: string): readonly RoomEvent[];
  texts(room: string): string[];
  close(): void;
}

/** Options of a stock client as the web page uses them. */
export const socketOptions = (session: Session, transports: string[]) => ({
  transports,
  forceNew: true,
  reconnectionDelay: 200,
  reconnectionDelayMax: 2000,
  extraHeaders: { cookie: session.cookie, origin: session.base },
});

/** Connects a session; resolves when the socket is connected. */
export async function connect(session: Session, transports = ["websocket"]): Promise<Person> {
  const socket: Person["socket"] = io(session.base, socketOptions(session, transports));
  const timelines = new Map<string, Timeline>();
  const command: Person["command"] = (name, input) =>
    // The event map's overloads do not follow a generic name.
    (socket.timeout(10_000) as unknown as Socket).emitWithAck(name, input) as Promise<
      Ack<CommandData[typeof name]>
    >;

  async function follow(room: string, after: number | null) {
    const answer = await command("room:join", { room, ...(after === null ? {} : { after }) });
    if (!answer.ok) throw new Error(`room:join ${room}: ${answer.error.code} ${answer.error.message}`);
    timelines.get(room)?.fill(answer.data);
    return answer.data;
  }

  const filling = new Set<string>();
  socket.on("room:events", (batch) => {
    const timeline = timelines.get(batch.room);
    if (!timeline?.merge(batch).need || filling.has(batch.room)) return;
    filling.add(batch.room);
    setTimeout(() => {
      filling.delete(batch.room);
      // What was early may have been late only: read if something is still missing.
      if (timeline.merge({ ...batch, events: [] }).need === null) return;
      // A lost connection fills by joining again.
      follow(batch.room, timeline.position()).catch(() => {});
    }, 150);
  });
  socket.on("connect", () => {
    for (const [room, timeline] of timelines) void follow(room, timeline.position()).catch(() => {});
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", (error) => reject(error));
  });

  return {
    session,
    socket,
    command,
    async join(room) {
      if (!timelines.has(room)) timelines.set(room, createTimeline());
      return follow(room, timelines.get(room)?.position() ?? null);
    },
    say: (room, text, clientId = randomUUID()) => command("message:send", { room, clientId, text }),
    shown: (room) => timelines.get(room)?.events() ?? [],
    texts: (room) =>
      (timelines.get(room)?.events() ?? []).flatMap((event) =>
        event.kind === "message" ? [event.text] : [],
      ),
    close: () => void socket.close(),
  };
}

/** The admin namespace of a session. */
export function connectAdmin(session: Session): Socket<AdminServerToClientEvents> {
  return io(`${session.base}/admin`, socketOptions(session, ["websocket"]));
}
