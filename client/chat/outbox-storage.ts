import type { Outgoing } from "../../shared/outbox.js";
import { keep, loadKept } from "./storage.js";

const key = (userId: string) => `parley:outbox:${userId}`;

function isOutgoing(value: unknown): value is Outgoing {
  return (
    typeof value === "object" &&
    value !== null &&
    "room" in value &&
    typeof value.room === "string" &&
    "clientId" in value &&
    typeof value.clientId === "string" &&
    "text" in value &&
    typeof value.text === "string" &&
    "error" in value
  );
}

const isList = (value: unknown): value is Outgoing[] => Array.isArray(value) && value.every(isOutgoing);

/** Messages of a user that wait on this browser. */
export interface OutboxStorage {
  load(): Outgoing[];
  keep(entries: readonly Outgoing[]): void;
}

/**
 * The kept messages of a user. Several pages share them: each replaces only the entries it knows, so that none
 * drops what another one waits to send. Two that send the same entry use the same `clientId`: it is stored once.
 */
export function createOutboxStorage(userId: string): OutboxStorage {
  const known = new Set<string>();
  const load = () => loadKept(key(userId), isList) ?? [];
  return {
    load() {
      const entries = load();
      for (const entry of entries) known.add(entry.clientId);
      return entries;
    },
    keep(entries) {
      for (const entry of entries) known.add(entry.clientId);
      const others = load().filter((entry) => !known.has(entry.clientId));
      keep(key(userId), [...others, ...entries]);
    },
  };
}
