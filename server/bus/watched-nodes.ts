import type { Place } from "./address.js";
import { createPlainClient, withDeadline, type RedisClient } from "./redis.js";

/** A node that is asked once a second, over a connection that stays. */
export interface WatchedNode<A> {
  place: Place;
  client: RedisClient;
  /** What it said last; null while it does not answer. */
  answer(): A | null;
  /** Since when it has not answered, by `performance.now()`; null while it does. */
  silentSince(): number | null;
  stop(): void;
}

/** How a node is asked. */
export interface Question<A> {
  credentials: { username?: string; password?: string };
  ask(client: RedisClient): Promise<A>;
  /** A channel of the node's that tells when it is to be asked out of turn. */
  channel?: string;
  /** It was asked, or has gone. */
  told(): void;
}

const askEveryMs = 1000;
const patienceMs = 1000;

/** Connects to the node, and again after every loss. */
export function watchNode<A>(place: Place, question: Question<A>): WatchedNode<A> {
  const client = createPlainClient({
    name: "parley-watch",
    ...question.credentials,
    socket: { ...place, connectTimeout: patienceMs, socketTimeout: 4000, reconnectStrategy: () => 500 },
  });
  let answer: A | null = null;
  let silentSince: number | null = performance.now();

  function set(now: A | null): void {
    answer = now;
    silentSince = now === null ? (silentSince ?? performance.now()) : null;
    question.told();
  }

  async function look(): Promise<void> {
    if (!client.isReady) return;
    set(await withDeadline(question.ask(client), patienceMs).catch(() => null));
  }
  const lookNow = () => void look();

  client.on("error", () => {});
  client.on("reconnecting", () => set(null));
  client.on("ready", () => {
    lookNow();
    if (question.channel !== undefined) client.subscribe(question.channel, lookNow).catch(() => {});
  });
  client.connect().catch(() => {});
  const timer = setInterval(lookNow, askEveryMs);

  return {
    place,
    client,
    answer: () => answer,
    silentSince: () => silentSince,
    stop() {
      clearInterval(timer);
      client.removeAllListeners("reconnecting");
      if (client.isOpen) client.destroy();
    },
  };
}
