import type { User } from "../../shared/values.js";
import { changeView, currentUser } from "../store.js";
import { ask } from "./socket.js";

const shownMs = 4000;
const repeatMs = 2000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();
let told: { room: string; at: number } | null = null;

function show(room: string, user: User, on: boolean): void {
  changeView(room, (view) => {
    const others = view.typing.filter((other) => other.id !== user.id);
    if (!on && others.length === view.typing.length) return {};
    return { typing: on ? [...others, user] : others };
  });
}

/** Shows that somebody types, for 4 s unless told again. */
export function takeTyping({ room, user, on }: { room: string; user: User; on: boolean }): void {
  if (user.id === currentUser()?.id) return;
  const key = `${room} ${user.id}`;
  clearTimeout(timers.get(key));
  timers.delete(key);
  show(room, user, on);
  if (on)
    timers.set(
      key,
      setTimeout(() => takeTyping({ room, user, on: false }), shownMs),
    );
}

/** Tells the room that the user types, at most every 2 s; it is a courtesy, so nothing is tried twice. */
export function tellTyping(room: string): void {
  if (told?.room === room && Date.now() - told.at < repeatMs) return;
  if (told?.room !== room) tellStopped();
  told = { room, at: Date.now() };
  ask("typing:set", { room, on: true }).catch(() => null);
}

/** Tells that the user no longer types, where it was told before. */
export function tellStopped(): void {
  if (!told) return;
  const { room, at } = told;
  told = null;
  if (Date.now() - at < shownMs) ask("typing:set", { room, on: false }).catch(() => null);
}

/** Forgets everything, for the next user of the page. */
export function resetTyping(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  told = null;
}
