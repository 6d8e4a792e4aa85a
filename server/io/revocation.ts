import type { User } from "../../shared/values.js";
import type { Verdict, HeldSession } from "../accounts/validity.js";
import { shareEqual } from "../gather.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { ChatSocket } from "./types.js";
import { visitorOf } from "./visitor.js";

/** Ends sockets whose session is over, and gives the others their user's role of now. */
export interface Revocation {
  /** The socket lives as long as its session does. */
  hold(socket: Pick<ChatSocket, "id" | "data" | "nsp" | "conn" | "emit" | "disconnect">): void;
  /** The socket is gone. */
  release(socket: Held): void;
  /** Looks now: at these users' sockets, or at all. */
  check(userIds?: readonly string[]): void;
  stop(): void;
}

/** What revocation needs. */
export interface RevocationPorts {
  judge(held: HeldSession[]): Promise<Verdict[]>;
  /** This socket's user is as given now. */
  onUser(socketId: string, user: User): void;
  log: Log;
}

type Held = Parameters<Revocation["hold"]>[0];

// News of a logout, a ban or another role come over the bus; what the bus loses is found by this look (T20).
const everyMs = 5000;

/** Starts looking, every five seconds at all sockets of this node in one statement. */
export function createRevocation({ judge, onUser, log }: RevocationPorts): Revocation {
  const held = new Set<Held>();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ error: messageOf(error), suppressed }, "looking at sessions failed"),
  );

  function apply(socket: Held, verdict: Verdict): void {
    if ("ended" in verdict) {
      socket.emit("session:ended", { reason: verdict.ended });
      socket.disconnect(true);
      return;
    }
    const wasAdmin = socket.data.user.role === "admin";
    socket.data.user = verdict.user;
    onUser(socket.id, verdict.user);
    // He may be in rooms that only admins see: he comes back, and is let into those that are his (T20).
    if (wasAdmin && verdict.user.role !== "admin") socket.conn.close();
  }

  async function look(userIds: readonly string[] | undefined): Promise<void> {
    const sockets = [...held].filter(({ data }) => userIds?.includes(data.user.id) ?? true);
    if (sockets.length === 0) return;
    try {
      const verdicts = await judge(
        sockets.map((socket) => ({ sid: visitorOf(socket).sessionId, user: socket.data.user })),
      );
      sockets.forEach((socket, i) => {
        const verdict = verdicts[i];
        if (verdict && held.has(socket)) apply(socket, verdict);
      });
    } catch (error) {
      logFailure(error);
    }
  }

  // Many reasons to look at all come at one moment, such as a hole in each room's news: they share the next look.
  const lookAtAll = shareEqual<void>();
  const checkAll = () => void lookAtAll("all", () => look(undefined));
  const timer = setInterval(checkAll, everyMs);

  return {
    hold: (socket) => void held.add(socket),
    release: (socket) => void held.delete(socket),
    check: (userIds) => (userIds === undefined ? checkAll() : void look(userIds)),
    stop: () => clearInterval(timer),
  };
}
