import { EventEmitter } from "node:events";
import type { RedisClient } from "./redis.js";
import { findMaster, type MasterAddress, type SentinelTarget } from "./sentinels.js";

// The library's own Sentinel client hides its connections and lets commands wait inside it (lab-notes §1). Here each
// connection is a plain client of the master of the moment; when it ends, the Sentinels are asked again. To everybody
// else it is one client that reconnects.

const events = ["ready", "error"] as const;
/** A master that was demoted without dying is left after this. */
const askEveryMs = 1000;

/** A client that is always connected to the master that Sentinels name; `create` makes one for an address. */
export function followMaster(
  target: SentinelTarget,
  create: (address: MasterAddress) => RedisClient,
  backoffMs: (tries: number) => number,
): RedisClient {
  const outer = new EventEmitter();
  let current: RedisClient | null = null;
  let address: MasterAddress | null = null;
  let open = false;
  let tries = 0;
  let retry: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;

  function leave(): void {
    current?.removeAllListeners();
    // A dying client may still have something to say; nobody listens for it.
    current?.on("error", () => {});
    if (current?.isOpen) current.destroy();
    current = null;
  }

  function again(): void {
    leave();
    if (!open) return;
    outer.emit("reconnecting");
    clearTimeout(retry);
    retry = setTimeout(() => void connect().catch(() => {}), backoffMs(tries));
    tries += 1;
  }

  async function connect(): Promise<void> {
    try {
      address = await findMaster(target);
      if (!open) return;
      const client = create(address);
      current = client;
      for (const event of events) client.on(event, (...args: unknown[]) => outer.emit(event, ...args));
      // Its own next try would go to the same address.
      client.on("reconnecting", () => current === client && again());
      await client.connect();
      tries = 0;
    } catch (error) {
      outer.emit("error", error);
      again();
      throw error;
    }
  }

  async function look(): Promise<void> {
    const now = await findMaster(target).catch(() => null);
    if (!open || now === null || address === null) return;
    if (current !== null && (now.host !== address.host || now.port !== address.port)) again();
  }

  const own: Record<string, unknown> = {
    connect() {
      open = true;
      watch ??= setInterval(() => void look(), askEveryMs);
      return connect();
    },
    destroy() {
      open = false;
      clearTimeout(retry);
      clearInterval(watch);
      watch = undefined;
      leave();
      outer.emit("end");
    },
    async close() {
      const closing = current?.close();
      open = false;
      clearTimeout(retry);
      clearInterval(watch);
      watch = undefined;
      await closing;
    },
    on: outer.on.bind(outer),
    off: outer.off.bind(outer),
  };

  /** What needs a connection rejects without one, as a client does that has no offline queue. */
  const refused = () => Promise.reject(new Error("the master is not known"));

  return new Proxy({} as RedisClient, {
    get(_, name) {
      if (typeof name === "symbol" || name === "then") return undefined;
      if (Object.hasOwn(own, name)) return own[name];
      if (name === "isOpen") return open;
      if (name === "isReady") return current?.isReady ?? false;
      const value: unknown = current === null ? refused : Reflect.get(current, name, current);
      return typeof value === "function" ? (value.bind(current) as unknown) : value;
    },
  });
}
