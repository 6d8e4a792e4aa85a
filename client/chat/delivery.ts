// A message's way: outbox until its ack, `accepted` until its event is shown, then the timeline alone.
import { createOutbox, type Outbox } from "../../shared/outbox.js";
import type { User } from "../../shared/values.js";
import { useChat } from "../store.js";
import { createClientId } from "./client-id.js";
import { createOutboxStorage } from "./outbox-storage.js";
import { reachOffset } from "./rooms.js";
import { ask } from "./socket.js";

// The event mostly comes within milliseconds of the ack; later it was lost on its way.
const eventMs = 1500;
let outbox: Outbox | null = null;

/** Starts the user's outbox with what was kept of it. */
export function startDelivery(user: User): void {
  const storage = createOutboxStorage(user.id);
  const own: Outbox = createOutbox(
    {
      send: (input) => (outbox === own ? ask("message:send", input) : Promise.reject(new Error("ended"))),
      wait: (ms, callback) => void setTimeout(() => outbox === own && callback(), ms),
      random: Math.random,
      changed(entries) {
        storage.keep(entries);
        if (outbox === own) useChat.setState({ outgoing: entries });
      },
      accepted(entry, { offset }) {
        if (outbox !== own) return;
        useChat.setState(({ accepted, views }) => {
          const last = views[entry.room]?.events.at(-1)?.offset ?? 0;
          return last >= offset ? {} : { accepted: [...accepted, { ...entry, offset }] };
        });
        setTimeout(() => reachOffset(entry.room, offset), eventMs);
      },
    },
    storage.load(),
  );
  outbox = own;
  useChat.setState({ outgoing: own.entries() });
}

/** Ends it for this page; what waits stays kept. */
export function endDelivery(): void {
  outbox = null;
}

/** Sends all that waits now. */
export function flushDelivery(): void {
  outbox?.flush();
}

/** Sends a message once; @throws RangeError when too many wait already. */
export function sendMessage(room: string, text: string): void {
  outbox?.add(room, createClientId(), text.toWellFormed().replaceAll("\u0000", ""));
}

/** Tries a refused message again, as a new action of the user. */
export function resendMessage(clientId: string): void {
  const entry = outbox?.entries().find((other) => other.clientId === clientId);
  if (!entry) return;
  outbox?.discard(clientId);
  outbox?.add(entry.room, createClientId(), entry.text);
}

/** Forgets a refused message. */
export function discardMessage(clientId: string): void {
  outbox?.discard(clientId);
}
