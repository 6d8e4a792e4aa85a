import { EventEmitter } from "node:events";
import { isSamePlace, type Place } from "./address.js";
import type { RedisClient } from "./redis.js";

// The library's own clients for Sentinels and Clusters hide their connections, let commands wait inside them, or stay
// deaf for seconds (lab-notes §1). Here each connection is a plain client of the right place of the moment; when it
// ends or another place becomes right, there is a new one. To everybody else it is one client that reconnects.

/** Knows where to connect. */
export interface Where {
  /** The right place now, null while nobody tells; `isConnected`: whether the connection of now holds. */
  now(isConnected: boolean): Place | null;
}

/** A client that is always connected to the right place. */
export interface FollowedClient {
  client: RedisClient;
  /** Looks whether the place has changed. */
  look(): void;
}

const events = ["ready", "error"] as const;

/** Makes the client; `create` makes a plain one for a place. Its `connect` resolves once it is ready. */
export function followPlace(
  where: Where,
  create: (place: Place) => RedisClient,
  backoffMs: (tries: number) => number,
): FollowedClient {
  const outer = new EventEmitter();
  let current: RedisClient | null = null;
  let place: Place | null = null;
  let open = false;
  let tries = 0;
  let retry: NodeJS.Timeout | undefined;

  function leave(): void {
    clearTimeout(retry);
    current?.removeAllListeners();
    // A dying client may still have something to say; nobody listens for it.
    current?.on("error", () => {});
    if (current?.isOpen) current.destroy();
    current = null;
  }

  function again(delayMs: number): void {
    leave();
    if (!open) return;
    outer.emit("reconnecting");
    retry = setTimeout(attempt, delayMs);
  }

  function fail(): void {
    again(backoffMs(tries));
    tries += 1;
  }

  function attempt(): void {
    place = where.now(false) ?? place;
    if (place === null) {
      // At first nobody has had the time to.
      if (tries > 3) outer.emit("error", new Error("nobody tells where to connect"));
      return fail();
    }
    const client = create(place);
    current = client;
    for (const event of events) client.on(event, (...args: unknown[]) => outer.emit(event, ...args));
    client.on("ready", () => (tries = 0));
    // Its own next try would go to the same place.
    client.on("reconnecting", () => current === client && fail());
    client.connect().catch(() => current === client && fail());
  }

  const own: Record<string, unknown> = {
    connect() {
      open = true;
      attempt();
      return new Promise<void>((resolve) => outer.once("ready", resolve));
    },
    destroy() {
      open = false;
      leave();
      outer.emit("end");
    },
    async close() {
      const closing = current?.close();
      open = false;
      clearTimeout(retry);
      await closing;
    },
    on: outer.on.bind(outer),
    off: outer.off.bind(outer),
  };

  /** What needs a connection rejects without one, as a client does that has no offline queue. */
  const refused = () => Promise.reject(new Error("not connected"));

  const client = new Proxy({} as RedisClient, {
    get(_, name) {
      if (typeof name === "symbol" || name === "then") return undefined;
      if (Object.hasOwn(own, name)) return own[name];
      if (name === "isOpen") return open;
      if (name === "isReady") return current?.isReady ?? false;
      const value: unknown = current === null ? refused : Reflect.get(current, name, current);
      return typeof value === "function" ? (value.bind(current) as unknown) : value;
    },
  });

  return {
    client,
    look() {
      const now = where.now(current?.isReady ?? false);
      if (!open || now === null || isSamePlace(now, place)) return;
      tries = 0;
      again(0);
    },
  };
}
