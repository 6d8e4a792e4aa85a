// Every page keeps its own entries under a key of its own, so pages never overwrite one another. What a gone page
// left is written to the heir's key first and dropped after: a crash between leaves it twice, under one `clientId`.
import type { Outgoing } from "../../shared/outbox.js";
import { readActions } from "./kept-actions.js";
import { drop, keep, keptKeys, loadKept } from "./storage.js";

/** What the pages of one user keep unsent in this browser. */
export interface OutboxStorage {
  /** Replaces what this page keeps. */
  keep(entries: readonly Outgoing[]): void;
  /** The other pages that keep something, living or gone. */
  others(): string[];
  /** What another page keeps. */
  entriesOf(page: string): Outgoing[];
  /** Hands over what a gone page left; `take` must keep it before it returns. */
  inherit(page: string, take: (left: Outgoing[]) => void): void;
  /** Whether a key of the browser's storage is one of these. */
  owns(key: string): boolean;
}

const isKept = (value: unknown): value is unknown => value !== null;

/** The storage of one page of a user. The key without a page is of a time when all pages shared one. */
export function createOutboxStorage(userId: string, page: string): OutboxStorage {
  const shared = `parley:outbox:${userId}`;
  const keyOf = (name: string) => (name === "" ? shared : `${shared}:${name}`);
  const owns = (key: string) => key === shared || key.startsWith(`${shared}:`);
  const entriesOf = (name: string) => readActions(loadKept(keyOf(name), isKept));
  return {
    owns,
    entriesOf,
    keep: (entries) => (entries.length > 0 ? keep(keyOf(page), entries) : drop(keyOf(page))),
    others: () =>
      keptKeys()
        .filter((key) => owns(key) && key !== keyOf(page))
        .map((key) => key.slice(shared.length + 1)),
    inherit(name, take) {
      take(entriesOf(name));
      drop(keyOf(name));
    },
  };
}
