import { randomUUID } from "node:crypto";
import type { Action } from "../../shared/outbox.js";
import type { Random } from "./random.js";
import type { Talker } from "./talker.js";

/** What people do until it is stopped. */
export interface Traffic {
  stop(): void;
}

/** Makes an action of a talker in a room; null when there is nothing he could do it to. */
type Deed = (talker: Talker, room: string, random: Random) => Action | null;

const emojis = ["👍", "❤️", "😂", "🎉"];
const recent = 20;

const send: Deed = (talker, room, random) => ({
  name: "message:send",
  input: { room, clientId: randomUUID(), text: `${talker.name}: ${random.between(0, 1e9).toFixed(0)}` },
});

const ownMessage = (talker: Talker, room: string, random: Random): string | null => {
  const own = talker.own.get(room) ?? [];
  return own.length === 0 ? null : random.pick(own);
};

const edit: Deed = (talker, room, random) => {
  const target = ownMessage(talker, room, random);
  const text = `${talker.name}, better: ${random.between(0, 1e9).toFixed(0)}`;
  return target === null
    ? null
    : { name: "message:edit", input: { room, clientId: randomUUID(), target, text } };
};

const remove: Deed = (talker, room, random) => {
  const target = ownMessage(talker, room, random);
  if (target === null) return null;
  const left = (talker.own.get(room) ?? []).filter((id) => id !== target);
  talker.own.set(room, left);
  return { name: "message:delete", input: { room, clientId: randomUUID(), target } };
};

const react: Deed = (talker, room, random) => {
  const messages = talker
    .person()
    .shown(room)
    .slice(-recent)
    .filter(({ kind }) => kind === "message");
  if (messages.length === 0) return null;
  const target = random.pick(messages).id;
  const on = random.next() < 0.7;
  const emoji = random.pick(emojis);
  return { name: "reaction:set", input: { room, clientId: randomUUID(), target, emoji, on } };
};

/** What lively people do, each as often as it is listed; the others only send. */
const deeds: readonly Deed[] = [send, send, send, edit, edit, remove, react, react];

const tickMs = 20;
/** How often somebody opens his page anew. */
const restartMs = 2500;

/** Has the talkers do `perSecond` things a second, and now and then open their page anew. */
export function startTraffic(talkers: readonly Talker[], perSecond: number, random: Random): Traffic {
  const startedAt = performance.now();
  let done = 0;
  let restarts = 0;

  function act(): void {
    const talker = random.pick(talkers);
    const room = random.pick(talker.rooms);
    const deed = talker.isLively ? random.pick(deeds) : send;
    talker.act(deed(talker, room, random) ?? (send(talker, room, random) as Action));
  }

  const timer = setInterval(() => {
    const passed = performance.now() - startedAt;
    for (; done < (passed * perSecond) / 1000; done += 1) act();
    for (; restarts < Math.floor(passed / restartMs); restarts += 1) random.pick(talkers).restart();
  }, tickMs);
  return { stop: () => clearInterval(timer) };
}
