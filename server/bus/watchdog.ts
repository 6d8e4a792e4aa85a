import { withDeadline, type RedisClient } from "./redis.js";

/** Tells whether every client answers, and mends those that only seem to be connected. */
export interface Watchdog {
  isHealthy(): boolean;
  stop(): void;
}

const intervalMs = 1000;
const deadlineMs = 1500;
/** A timer that comes later than this tells that the event loop was blocked. */
const lateMs = 500;

/**
 * PINGs each client once a second: a frozen Redis or a silently cut line is invisible to the client itself
 * (lab-notes §3.3). A client that misses the deadline is destroyed and connected anew. `changed` is called at every
 * turn of the common state.
 */
export function watchClients(clients: RedisClient[], changed: (healthy: boolean) => void): Watchdog {
  const answering = new Map<RedisClient, boolean>(clients.map((client) => [client, false]));
  const asking = new Set<RedisClient>();
  let healthy = false;

  function update(): void {
    const now = clients.every((client) => client.isReady && answering.get(client));
    if (now === healthy) return;
    healthy = now;
    changed(healthy);
  }

  function set(client: RedisClient, value: boolean): void {
    answering.set(client, value);
    update();
  }

  async function ask(client: RedisClient): Promise<void> {
    // While it is retrying, its own loop goes on: a second one beside it would never end.
    if (!client.isReady || asking.has(client)) return update();
    asking.add(client);
    const askedAt = performance.now();
    try {
      await withDeadline(client.ping(), deadlineMs);
      set(client, true);
    } catch {
      // The answer may be there, and this process was not: it asks again.
      if (performance.now() - askedAt > deadlineMs + lateMs) return;
      set(client, false);
      if (client.isReady) {
        client.destroy();
        client.connect().catch(() => {});
      }
    } finally {
      asking.delete(client);
    }
  }

  for (const client of clients) {
    client.on("ready", () => void ask(client));
    client.on("error", update);
    client.on("reconnecting", () => set(client, false));
  }
  const timer = setInterval(() => clients.forEach((client) => void ask(client)), intervalMs);
  clients.forEach((client) => void ask(client));

  return { isHealthy: () => healthy, stop: () => clearInterval(timer) };
}
