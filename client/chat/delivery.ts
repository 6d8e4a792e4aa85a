// An action's way: outbox until its ack, `accepted` until its event is shown, then the timeline alone. Each page
// sends its own actions and shows all pages'; what a gone page left is adopted by one that lives.
import type { Action, Outgoing } from "../../shared/outbox.js";
import { createOutbox } from "../../shared/outbox.js";
import type { User } from "../../shared/values.js";
import { useChat } from "../store.js";
import { createClientId } from "./client-id.js";
import { createOutboxStorage } from "./outbox-storage.js";
import { createPageLife } from "./page-life.js";
import { reachOffset } from "./rooms.js";
import { ask } from "./socket.js";

interface Delivery {
  add(action: Action): void;
  /** Forgets an action, whichever page sends it. */
  discard(clientId: string): void;
  flush(): void;
  end(): void;
}

// The event mostly comes within milliseconds of the ack; later it was lost on its way.
const eventMs = 1500;
const idOf = ({ action }: Outgoing) => action.input.clientId;
let delivery: Delivery | null = null;

function noteAccepted(entry: Outgoing, offset: number): void {
  const { room } = entry.action.input;
  useChat.setState(({ accepted, views }) => {
    const last = views[room]?.events.at(-1)?.offset ?? 0;
    return last >= offset ? {} : { accepted: [...accepted, { ...entry, offset }] };
  });
  setTimeout(() => reachOffset(room, offset), eventMs);
}

function createDelivery(user: User): Delivery {
  const life = createPageLife();
  const storage = createOutboxStorage(user.id, life.name);
  // Entries of other pages are discarded by asking them.
  const channel = new BroadcastChannel(`parley:outbox:${user.id}`);
  let ended = false;

  const outbox = createOutbox({
    send: (action) => (ended ? Promise.reject(new Error("ended")) : ask(action.name, action.input)),
    wait: (ms, callback) => void setTimeout(() => !ended && callback(), ms),
    random: Math.random,
    changed(entries) {
      storage.keep(entries);
      show();
    },
    accepted: (entry, { offset }) => !ended && noteAccepted(entry, offset),
  });

  function show(): void {
    if (ended) return;
    const own = outbox.entries();
    const known = new Set(own.map(idOf));
    const others = storage.others().flatMap(storage.entriesOf);
    useChat.setState({ outgoing: [...others.filter((entry) => !known.has(idOf(entry))), ...own] });
  }

  function look(): void {
    for (const page of storage.others())
      life.whenGone(page, () => !ended && storage.inherit(page, outbox.adopt));
    show();
  }

  const handleStorage = ({ key }: StorageEvent) => {
    if (key === null || storage.owns(key)) look();
  };
  window.addEventListener("storage", handleStorage);
  channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => outbox.discard(String(data)));
  look();

  return {
    add: outbox.add,
    flush: outbox.flush,
    discard(clientId) {
      outbox.discard(clientId);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
      channel.postMessage(clientId);
    },
    end() {
      ended = true;
      window.removeEventListener("storage", handleStorage);
      channel.close();
      life.end();
    },
  };
}

/** Starts the user's outbox; what earlier pages left of it is sent too. */
export function startDelivery(user: User): void {
  endDelivery();
  delivery = createDelivery(user);
}

/** Ends it for this page; what waits stays kept. */
export function endDelivery(): void {
  delivery?.end();
  delivery = null;
}

/** Sends all that waits now. */
export function flushDelivery(): void {
  delivery?.flush();
}

/** Does an action once; @throws RangeError when too many wait already. */
export function act(action: Action): void {
  delivery?.add(action);
}

/** Forgets a refused action. */
export function discard({ action }: Outgoing): void {
  delivery?.discard(action.input.clientId);
}

/** Tries a refused action again, as a new action of the user; @throws RangeError, and keeps it, when too many wait. */
export function retry(entry: Outgoing): void {
  const { name, input } = entry.action;
  act({ name, input: { ...input, clientId: createClientId() } } as Action);
  discard(entry);
}
