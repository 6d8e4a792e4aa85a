import type { Socket } from "socket.io-client";
import { errorBody, type ErrorBody } from "../../shared/errors.js";
import type { ClientToServerEvents, ServerToClientEvents } from "../../shared/facts.js";

// What the stock client does not do by itself, as the web page does it: leave a draining node, and come back where
// the server closed the connection or refused it for a while.

/** The socket of the namespace `/`, as the web page has it. */
export type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

const againMs = 1000;

/** Keeps a socket coming back; `refused` hears of definite refusals. Returns what ends it. */
export function comeBack(socket: ChatSocket, refused: (error: ErrorBody) => void): () => void {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  const later = (ms: number, act: () => void): void => {
    // Its own closing is a disconnect as well.
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };

  socket.on("server:draining", ({ reconnectInMs }) => {
    const { engine } = socket.io;
    // Closing the transport, not the socket, lets the manager bring it back.
    later(reconnectInMs, () => engine.close());
  });
  socket.on("disconnect", () => {
    if (!socket.active) later(againMs, () => socket.connect());
  });
  socket.on("connect_error", (error) => {
    const { data } = error as { data?: unknown };
    const known = errorBody.safeParse(data);
    if (known.success && !known.data.retryable) refused(known.data);
    else if (!socket.active) later(known.data?.retryAfterMs ?? againMs, () => socket.connect());
  });
  return () => {
    stopped = true;
    for (const timer of timers) clearTimeout(timer);
  };
}
