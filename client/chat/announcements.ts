import type { Announcement } from "../../shared/facts.js";
import { useChat } from "../store.js";

const shownMax = 5;

/** Shows an announcement, once, among the last ones. */
export function takeAnnouncement(payload: Partial<Announcement> & { text: string }): void {
  // Outside services may announce with text and level alone.
  const { text, level = "info", at = Date.now(), id = `${at} ${text}` } = payload;
  useChat.setState(({ announcements }) => {
    const others = announcements.filter((other) => other.id !== id);
    return { announcements: [...others, { id, text, level, at }].slice(-shownMax) };
  });
}

/** Takes an announcement away. */
export function dismiss(id: string): void {
  useChat.setState(({ announcements }) => ({ announcements: announcements.filter((one) => one.id !== id) }));
}
