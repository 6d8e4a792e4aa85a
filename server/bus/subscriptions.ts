import { messageOf, type Log } from "../metrics/log.js";
import type { Listener } from "./guard.js";
import { isNoPermission } from "./publisher.js";
import type { RedisClient } from "./redis.js";

/** What one connection shall be subscribed to: the list is ours, Redis is brought to it. */
export interface Subscriptions {
  /** Resolves when Redis has confirmed it, or when it could not be asked now: it is made up for at every `ready`. */
  add(name: string, listener: Listener, pattern?: boolean): Promise<void>;
  remove(name: string): Promise<void>;
  /** Asks Redis again for what it has not confirmed. */
  retry(): void;
  /** Whether Redis has confirmed this one, on the connection of now. */
  isConfirmed(name: string): boolean;
  /** Whether Redis has confirmed everything that is wanted, on the connection of now. */
  isComplete(): boolean;
}

interface Wanted {
  pattern: boolean;
  listener: Listener;
  confirmed: boolean;
}

/** Whom the subscriptions tell. */
export interface SubscriptionListeners {
  /** A connection has everything again: whatever was published meanwhile is lost. */
  completed(): void;
  /** Redis refuses this channel to our user. */
  refused(channel: string): void;
}

/**
 * Keeps the list of wanted channels and brings Redis to it after every `ready`: the client itself restores only what
 * had been confirmed.
 */
export function createSubscriptions(
  client: RedisClient,
  listeners: SubscriptionListeners,
  log: Log,
): Subscriptions {
  const wanted = new Map<string, Wanted>();
  /** Unsubscribing that is on its way: its answer would take a listener added meanwhile with it. */
  const leaving = new Map<string, Promise<void>>();
  let complete = false;

  async function confirm(name: string, entry: Wanted): Promise<void> {
    await leaving.get(name);
    if (wanted.get(name) !== entry || entry.confirmed || !client.isReady) return;
    try {
      if (entry.pattern) await client.pSubscribe(name, entry.listener, true);
      else await client.subscribe(name, entry.listener, true);
      entry.confirmed = true;
    } catch (error) {
      if (isNoPermission(error)) listeners.refused(name);
      log.debug({ channel: name, error: messageOf(error) }, "not subscribed yet");
    }
  }

  const isAllConfirmed = () => [...wanted.values()].every((entry) => entry.confirmed);

  async function reconcile(): Promise<void> {
    if (!client.isReady) return;
    const missing = [...wanted].filter(([, entry]) => !entry.confirmed);
    await Promise.all(missing.map(([name, entry]) => confirm(name, entry)));
    if (complete || !client.isReady || !isAllConfirmed()) return;
    complete = true;
    listeners.completed();
  }

  async function unsubscribe(name: string, { pattern }: Wanted): Promise<void> {
    try {
      await (pattern ? client.pUnsubscribe(name) : client.unsubscribe(name));
    } catch (error) {
      log.debug({ error: messageOf(error) }, "unsubscribing failed");
    } finally {
      leaving.delete(name);
    }
  }

  function lost(): void {
    complete = false;
    for (const entry of wanted.values()) entry.confirmed = false;
  }
  client.on("ready", () => void reconcile());
  client.on("reconnecting", lost);
  client.on("end", lost);

  return {
    async add(name, listener, pattern = false) {
      const entry = { pattern, listener, confirmed: false };
      wanted.set(name, entry);
      // Before the connection is complete the rest comes with it.
      await (complete ? confirm(name, entry) : reconcile());
    },
    async remove(name) {
      const entry = wanted.get(name);
      wanted.delete(name);
      if (!entry?.confirmed || !client.isReady) return;
      const done = unsubscribe(name, entry);
      leaving.set(name, done);
      await done;
    },
    retry: () => void reconcile(),
    isConfirmed: (name) => wanted.get(name)?.confirmed ?? false,
    isComplete: () => complete && client.isReady,
  };
}
