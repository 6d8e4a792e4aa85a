import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import type { User } from "../../shared/values.js";
import type { ChatServer } from "./types.js";

/** What is kept of the request that a connection began with. */
export interface Visitor {
  /** As the session had him then; null without a session. */
  user: User | null;
  sessionId: string;
  address: string;
}

type HandshakeRequest = IncomingMessage & { session?: { user?: User }; sessionID?: string };

/** Of a WebSocket it is engine.io's stand-in, which listens for the end of the TCP socket. */
interface HandshakeResponse {
  socket: EventEmitter | null;
}

const visitors = new WeakMap<object, Visitor>();

/** Whether a request belongs to a connection that has begun. */
export const isFollowUp = (request: IncomingMessage) => /[?&]sid=/.test(request.url ?? "");

/**
 * The TCP socket would hold the stand-in, and with it all of the handshake, as long as it lives; nobody asks it when
 * that ends. It has just been made, so its listener is the last one.
 */
function release({ headers }: IncomingMessage, { socket }: HandshakeResponse): void {
  const listener = socket?.listeners("close").at(-1);
  if (headers.upgrade !== undefined && listener) socket?.removeListener("close", listener as () => void);
}

/**
 * Reads who is there from the session of each handshake, and lets go of all else: request, response and session are
 * a good part of what an idle connection takes, and no cookie can cross Redis that is not there (lab-notes §7).
 */
export function receiveVisitors(
  io: ChatServer,
  sessions: RequestHandler,
  addressOf: (request: IncomingMessage) => string,
): void {
  // Only the handshake needs the session: a polling client would read and write it twice a second (lab-notes §3.4).
  io.engine.use((request: HandshakeRequest, response: HandshakeResponse, next: (error?: unknown) => void) => {
    release(request, response);
    if (isFollowUp(request)) next();
    else sessions(request as never, response as never, next);
  });

  io.engine.on("connection", (connection: { request: HandshakeRequest | null }) => {
    const { request } = connection;
    if (request === null) return;
    const { session, sessionID = "" } = request;
    visitors.set(connection, {
      user: session?.user ?? null,
      sessionId: sessionID,
      address: addressOf(request),
    });
    connection.request = null;
  });
}

/** The visitor of a socket's connection. */
export function visitorOf(socket: { conn: object }): Visitor {
  const visitor = visitors.get(socket.conn);
  if (visitor === undefined) throw new Error("a connection without a visitor");
  return visitor;
}
