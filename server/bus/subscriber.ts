import { EventEmitter } from "node:events";
import { baseChannel, everyRoomChannel, roomEventsChannel } from "./channels.js";
import type { Listener } from "./guard.js";
import type { Subscriptions } from "./subscriptions.js";

/** The subscribing side, as the adapter uses it, made room-aware. */
export interface GuardedSubscriber {
  /** Subscribes the base channel of the namespace whose pattern the adapter asks for. */
  pSubscribe(pattern: string, listener: Listener): Promise<void>;
  subscribe(channels: string | string[], listener: Listener): Promise<void>;
  pUnsubscribe(pattern: string): Promise<void>;
  unsubscribe(channels: string | string[]): Promise<void>;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
  /** The node has members of the room: resolves when its channel is subscribed, or after 300 ms at most. */
  followRoom(room: string): Promise<void>;
  /** The node has no members of the room any more; somebody may come back within seconds. */
  leaveRoom(room: string): void;
}

const lingerMs = 5000;
const patienceMs = 300;

/**
 * By itself the adapter subscribes by pattern, so that every node pays for every message of the cluster. Here a
 * namespace has its base channel, and each chat room with local members one of its own. `announce` tells those who
 * publish there that somebody listens now; `left` is told of channels that are listened to no more.
 */
export function guardSubscriber(
  subscriptions: Subscriptions,
  guard: (listener: Listener) => Listener,
  announce: (channel: string) => Promise<unknown>,
  left: (channel: string) => void,
): GuardedSubscriber {
  const own = new EventEmitter();
  const lingering = new Map<string, NodeJS.Timeout>();
  const followed = new Map<string, Promise<void>>();
  let chat: Listener | null = null;

  const each = (names: string | string[], work: (name: string) => Promise<void>) =>
    Promise.all([names].flat().map(work)).then(() => {});

  async function listen(channel: string, listener: Listener): Promise<void> {
    await subscriptions.add(channel, listener);
    await announce(channel);
  }

  return {
    async pSubscribe(pattern, listener) {
      const base = pattern.replace(/\*$/, "");
      const guarded = guard(listener);
      const isChat = base === baseChannel("/");
      // Before Redis has confirmed anything: rooms may be followed meanwhile.
      if (isChat) chat = guarded;
      await each(isChat ? [base, everyRoomChannel] : base, (name) => subscriptions.add(name, guarded));
    },
    subscribe: (channels, listener) => each(channels, (name) => subscriptions.add(name, guard(listener))),
    pUnsubscribe: (pattern) => subscriptions.remove(pattern.replace(/\*$/, "")),
    unsubscribe: (channels) => each(channels, (name) => subscriptions.remove(name)),
    on: (event, listener) => void own.on(event, listener),
    off: (event, listener) => void own.off(event, listener),
    async followRoom(room) {
      clearTimeout(lingering.get(room));
      lingering.delete(room);
      if (chat === null) return;
      const confirmed = followed.get(room) ?? listen(roomEventsChannel(room), chat);
      followed.set(room, confirmed);
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      });
      await Promise.race([confirmed, patience]);
      clearTimeout(timer);
    },
    leaveRoom(room) {
      clearTimeout(lingering.get(room));
      const timer = setTimeout(() => {
        lingering.delete(room);
        followed.delete(room);
        const channel = roomEventsChannel(room);
        void subscriptions.remove(channel).then(() => left(channel));
      }, lingerMs);
      lingering.set(room, timer.unref());
    },
  };
}
