import { randomUUID } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import type { Ack, CommandData, CommandInput, CommandName, JoinedRoom } from "../../shared/commands.js";
import type { ErrorBody } from "../../shared/errors.js";
import type { AdminServerToClientEvents } from "../../shared/facts.js";
import { createRoomFeed, type RoomFeed } from "../../shared/room-feed.js";
import type { RoomEvent } from "../../shared/room-events.js";
import type { Timeline } from "../../shared/timeline.js";
import { comeBack, type ChatSocket } from "./reconnect.js";
import type { Session } from "./session.js";

/** A person in the chat: the socket, and what the page would show. */
export interface Person {
  session: Session;
  socket: ChatSocket;
  /** Sends a command; resolves with the ack, rejects when not connected and without an ack in 10 s. */
  command<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Ack<CommandData[N]>>;
  /** Follows a room from the next connection on. */
  follow(room: string): void;
  /** Joins a room and follows it, also after reconnects. */
  join(room: string): Promise<JoinedRoom>;
  say(room: string, text: string, clientId?: string): Promise<Ack<CommandData["message:send"]>>;
  /** Makes sure that the event at this offset gets shown. */
  reach(room: string, offset: number): void;
  shown(room: string): readonly RoomEvent[];
  texts(room: string): string[];
  /** Offset of the last event shown; null before the room's first page. */
  position(room: string): number | null;
  close(): void;
}

/** Who looks over a person's shoulder. */
export interface Onlooker {
  /** Connected, for the first time or again; the rooms are being joined. */
  connected?(): void;
  changed?(room: string, timeline: Timeline): void;
  /** A connection or a room was refused for good. */
  refused?(what: string, error: ErrorBody): void;
}

const ackTimeoutMs = 10_000;

/** Options of a stock client as the web page uses them. */
export const socketOptions = (session: Session, transports: string[]) => ({
  transports,
  forceNew: true,
  reconnectionDelay: 200,
  reconnectionDelayMax: 2000,
  extraHeaders: { cookie: session.cookie, origin: session.base },
});

/** Opens the page of a session, which connects as soon as it can. */
export function open(session: Session, transports = ["websocket"], onlooker: Onlooker = {}): Person {
  const socket: ChatSocket = io(session.base, socketOptions(session, transports));
  const feeds = new Map<string, RoomFeed>();
  const timelines = new Map<string, Timeline>();
  const joined = new Map<string, JoinedRoom | ErrorBody>();

  const command: Person["command"] = async (name, input) => {
    // A packet kept for the next connection would come after that connection's `room:join`.
    if (!socket.connected) throw new Error("not connected");
    // The event map's overloads do not follow a generic name.
    const untyped = socket as unknown as Socket;
    return (await untyped.timeout(ackTimeoutMs).emitWithAck(name, input)) as Ack<CommandData[typeof name]>;
  };

  function follow(room: string): RoomFeed {
    const known = feeds.get(room);
    if (known) return known;
    const feed = createRoomFeed(room, {
      join: (input) => command("room:join", input),
      read: (input) => command("events:read", input),
      wait: (ms, callback) => void setTimeout(callback, ms),
      joined: (answer) => void joined.set(room, answer),
      refused(error) {
        joined.set(room, error);
        onlooker.refused?.(`room:join ${room}`, error);
      },
      changed(timeline) {
        timelines.set(room, timeline);
        onlooker.changed?.(room, timeline);
      },
    });
    feeds.set(room, feed);
    return feed;
  }

  socket.on("room:events", (batch) => feeds.get(batch.room)?.take(batch));
  socket.on("connect", () => {
    for (const feed of feeds.values()) void feed.join();
    onlooker.connected?.();
  });
  const stopComing = comeBack(socket, (error) => onlooker.refused?.("connection", error));

  const shown = (room: string) => timelines.get(room)?.events() ?? [];
  return {
    session,
    socket,
    command,
    follow: (room) => void follow(room),
    async join(room) {
      joined.delete(room);
      await follow(room).join();
      const answer = joined.get(room);
      if (answer && "head" in answer) return answer;
      throw new Error(`room:join ${room}: ${answer ? `${answer.code} ${answer.message}` : "no answer"}`);
    },
    say: (room, text, clientId = randomUUID()) => command("message:send", { room, clientId, text }),
    reach: (room, offset) => feeds.get(room)?.reach(offset),
    shown,
    texts: (room) => shown(room).flatMap((event) => (event.kind === "message" ? [event.text] : [])),
    position: (room) => timelines.get(room)?.position() ?? null,
    close() {
      stopComing();
      for (const feed of feeds.values()) feed.close();
      socket.close();
    },
  };
}

/** Opens the page of a session; resolves when it is connected. */
export async function connect(session: Session, transports = ["websocket"]): Promise<Person> {
  const person = open(session, transports);
  const { socket } = person;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      person.close();
      reject(error);
    };
    socket.once("connect_error", fail);
    socket.once("connect", () => {
      // Later refusals are its own affair.
      socket.off("connect_error", fail);
      resolve();
    });
  });
  return person;
}

/** The admin namespace of a session. */
export function connectAdmin(session: Session): Socket<AdminServerToClientEvents> {
  return io(`${session.base}/admin`, socketOptions(session, ["websocket"]));
}
