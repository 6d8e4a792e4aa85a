import { io, type Socket } from "socket.io-client";
import type { Ack, CommandData, CommandInput, CommandName } from "../../shared/commands.js";
import type {
  AdminServerToClientEvents,
  ClientToServerEvents,
  ServerToClientEvents,
} from "../../shared/facts.js";

/** The socket of the namespace `/`. */
export type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>;
/** The socket of the namespace `/admin`. */
export type AdminSocket = Socket<AdminServerToClientEvents, Record<string, never>>;

const ackTimeoutMs = 10_000;
let socket: ChatSocket | null = null;

/** Where the socket is opened, if not at the page's own origin: a path in the address is where the server's stands. */
function streamingServer(): { origin: string; path: string } | null {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="parley-streaming-url"]');
  if (!meta?.content) return null;
  const { origin, pathname } = new URL(meta.content);
  return { origin, path: `${pathname.replace(/\/$/, "")}/socket.io/` };
}

/**
 * Makes the page's one socket, not connected yet; the one before is closed. It says whose page it is: the cookie may be
 * another user's by now, who entered in another tab.
 */
export function createSocket(userId: string): ChatSocket {
  closeSocket();
  const elsewhere = streamingServer();
  const options = {
    autoConnect: false,
    forceNew: true,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 10_000,
    randomizationFactor: 0.8,
    timeout: 20_000,
    auth: { user: userId },
  };
  socket =
    elsewhere === null
      ? io(options)
      : io(elsewhere.origin, { ...options, path: elsewhere.path, withCredentials: true });
  return socket;
}

/** Ends the connection for good. */
export function closeSocket(): void {
  socket?.off();
  socket?.io.off();
  socket?.disconnect();
  socket = null;
}

/** The namespace `/admin` on the same connection; null while there is none. */
export function createAdminSocket(): AdminSocket | null {
  return socket ? socket.io.socket("/admin") : null;
}

/** Sends a command once; rejects when not connected or when no ack comes in time. */
export async function ask<N extends CommandName>(
  name: N,
  input: CommandInput<N>,
): Promise<Ack<CommandData[N]>> {
  // A packet kept for the next connection would come after that connection's `room:join`.
  if (!socket?.connected) throw new Error("not connected");
  const untyped = socket as unknown as Socket;
  return (await untyped.timeout(ackTimeoutMs).emitWithAck(name, input)) as Ack<CommandData[N]>;
}
