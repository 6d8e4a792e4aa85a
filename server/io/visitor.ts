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

/** Of a WebSocket it is engine.io's stand-in, which hears of the end of the TCP socket. */
interface HandshakeResponse {
  socket: EventEmitter | null;
}

const visitors = new WeakMap<object, Visitor>();

/** Whether a request belongs to a connection that has begun. */
export const isFollowUp = (request: IncomingMessage) => /[?&]sid=/.test(request.url ?? "");

/**
 * Reads who is there from the session of each handshake, and lets go of all else: request, response and session are
 * half of what an idle connection takes, and no cookie can cross Redis that is not there (lab-notes §7).
 */
export function receiveVisitors(
  io: ChatServer,
  sessions: RequestHandler,
  addressOf: (request: IncomingMessage) => string,
): void {
  /** What ends the hold of a WebSocket's TCP socket on its response, and so on all of the handshake. */
  const releases = new WeakMap<HandshakeRequest, () => void>();

  // Only the handshake needs the session: a polling client would read and write it twice a second (lab-notes §3.4).
  io.engine.use((request: HandshakeRequest, response: HandshakeResponse, next: (error?: unknown) => void) => {
    if (isFollowUp(request)) return next();
    const tcp = response.socket;
    // The stand-in has just been made, so its listener is the last one.
    const listener = tcp?.listeners("close").at(-1);
    if (tcp && listener && request.headers.upgrade !== undefined)
      releases.set(request, () => tcp.removeListener("close", listener as () => void));
    sessions(request as never, response as never, next);
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
    releases.get(request)?.();
  });
}

/** The visitor of a socket's connection. */
export function visitorOf(socket: { conn: object }): Visitor {
  const visitor = visitors.get(socket.conn);
  if (visitor === undefined) throw new Error("a connection without a visitor");
  return visitor;
}
