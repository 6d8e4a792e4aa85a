import { randomUUID } from "node:crypto";
import type { Announcement } from "../../shared/facts.js";

/** A new announcement from checked input. */
export function createAnnouncement({ text, level }: Pick<Announcement, "text" | "level">): Announcement {
  return { id: randomUUID(), text, level, at: Date.now() };
}
