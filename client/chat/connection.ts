// The one connection of the page: `connect` joins the shown room first, then sends what waits, so that a message's
// own event finds its room subscribed. What else there is to ask is spread over a moment.
import type { PresenceDiff, PresenceState } from "../../shared/presence.js";
import type { User } from "../../shared/values.js";
import { banned, type Ending, expired, sentOut } from "../entry/endings.js";
import { changeView, type Connection, useChat } from "../store.js";
import { takeAnnouncement } from "./announcements.js";
import { endDelivery, flushDelivery, startDelivery } from "./delivery.js";
import { jitterMs, noteConnected } from "./jitter.js";
import { noteRole } from "./own-role.js";
import { watchPage } from "./page-watch.js";
import { flushReading } from "./reading.js";
import { applyDiff } from "./roster.js";
import { endRooms, joinRooms, loadRooms, readCurrent, startRooms, takeEvents } from "./rooms.js";
import { type ChatSocket, closeSocket, createSocket } from "./socket.js";
import { resetTyping, takeTyping } from "./typing.js";

/** Ends the session on this page, telling the user why. */
type EndSession = (ending: Ending) => void;

const refusedRetryMs = 2000;
// A planned move to another node is no news to the user, unless it takes longer than this.
const quietMs = 4000;
let quietUntil = 0;
let quietTimer: ReturnType<typeof setTimeout> | undefined;
let drainTimer: ReturnType<typeof setTimeout> | undefined;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let askTimer: ReturnType<typeof setTimeout> | undefined;

function setConnection(connection: Connection): void {
  useChat.setState({ connection: navigator.onLine || connection === "connected" ? connection : "offline" });
}

function tellLost(): void {
  clearTimeout(quietTimer);
  const quietFor = quietUntil - Date.now();
  if (quietFor <= 0) setConnection("reconnecting");
  else quietTimer = setTimeout(tellLost, quietFor);
}

function takePresence(
  change: (state: PresenceState | null) => PresenceState,
  room: string | undefined,
): void {
  if (room === undefined) useChat.setState({ online: change(null).counts });
  else changeView(room, (view) => ({ presence: change(view.presence) }));
}

function listen(socket: ChatSocket, endSession: EndSession): void {
  socket.on("room:events", takeEvents);
  socket.on("presence:state", (state) => takePresence(() => state, state.room));
  socket.on("presence:diff", (diff: PresenceDiff) => {
    // He may enter other rooms now.
    if (noteRole(diff.joined)) void loadRooms();
    takePresence((state) => applyDiff(state, diff), diff.room);
  });
  socket.on("typing:changed", takeTyping);
  socket.on("announcement:created", takeAnnouncement);
  socket.on("cluster:state", ({ degraded }) => useChat.setState({ degraded }));
  socket.on("session:ended", ({ reason }) => endSession(sentOut(reason)));
  socket.on("server:draining", ({ reconnectInMs }) => {
    clearTimeout(drainTimer);
    // Closing the transport lets the manager bring every namespace back, the dashboard's too.
    drainTimer = setTimeout(() => {
      quietUntil = Date.now() + quietMs;
      socket.io.engine.close();
    }, reconnectInMs);
  });
}

function watchConnection(socket: ChatSocket, endSession: EndSession): void {
  const connectLater = (ms: number) => {
    clearTimeout(retryTimer);
    retryTimer = setTimeout(() => socket.connect(), ms * (0.5 + Math.random()));
  };
  socket.on("connect", () => {
    clearTimeout(drainTimer);
    clearTimeout(quietTimer);
    quietUntil = 0;
    setConnection("connected");
    useChat.setState({ degraded: false });
    noteConnected();
    joinRooms();
    flushDelivery();
    clearTimeout(askTimer);
    askTimer = setTimeout(() => {
      flushReading();
      void loadRooms();
    }, jitterMs());
  });
  socket.on("disconnect", () => {
    tellLost();
    // Closed by the server, so the manager does not come back by itself.
    if (!socket.active) connectLater(refusedRetryMs / 2);
  });
  socket.on("connect_error", (error) => {
    const { code, retryAfterMs } = (("data" in error && error.data) || {}) as {
      code?: string;
      retryAfterMs?: number;
    };
    if (error.message === "unauthenticated" || code === "unauthenticated") {
      endSession(expired);
    } else if (code === "forbidden") endSession(banned());
    else {
      tellLost();
      if (!socket.active) connectLater(retryAfterMs ?? refusedRetryMs);
    }
  });
}

function handleNetwork(): void {
  const { connection } = useChat.getState();
  if (connection !== "connected") setConnection("reconnecting");
}

function handleFocus(): void {
  // Nobody is told that he was let in somewhere, or that there is a new room.
  if (useChat.getState().connection === "connected") void loadRooms();
}

let unwatchPage: (() => void) | null = null;

/** Starts the chat of a user: his rooms, his outbox and the socket, which then reconnects by itself. */
export function openConnection(user: User, endSession: EndSession): void {
  closeConnection();
  const socket = createSocket(user.id);
  startRooms(user);
  startDelivery(user);
  listen(socket, endSession);
  watchConnection(socket, endSession);
  unwatchPage = watchPage({ network: handleNetwork, visibility: readCurrent, focus: handleFocus });
  socket.connect();
}

/** Ends it all; what the outbox holds stays kept for the user's next page. */
export function closeConnection(): void {
  clearTimeout(drainTimer);
  clearTimeout(retryTimer);
  clearTimeout(quietTimer);
  clearTimeout(askTimer);
  quietUntil = 0;
  unwatchPage?.();
  unwatchPage = null;
  closeSocket();
  endDelivery();
  endRooms();
  resetTyping();
}
