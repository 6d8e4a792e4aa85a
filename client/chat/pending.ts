import type { ActionName } from "../../shared/commands.js";
import type { Outgoing } from "../../shared/outbox.js";
import type { RoomEvent } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";

/** The event a waiting action will be; its place and time are not known yet. */
function eventOf({ action }: Outgoing, sender: User): RoomEvent | null {
  const { name, input } = action;
  const base = {
    offset: Number.MAX_SAFE_INTEGER,
    id: input.clientId,
    at: 0,
    sender,
    clientId: input.clientId,
  };
  if (name === "message:edit") return { ...base, kind: "edit", target: input.target, text: input.text };
  if (name === "message:delete") return { ...base, kind: "delete", target: input.target };
  if (name === "reaction:set")
    return { ...base, kind: "reaction", target: input.target, emoji: input.emoji, on: input.on };
  return null;
}

/** What waits in a room: shown before the server confirms it. */
export interface Pending {
  /** Edits, deletes and reactions as events to fold after the log's. */
  events: RoomEvent[];
  /** Messages on their way, and every action that was refused. */
  rows: Outgoing[];
  /** What is being done to messages, by their ids. */
  targets: ReadonlyMap<string, ActionName>;
}

/** Tells what of a room's `waiting` actions the log does not have yet. */
export function pendingOf(events: readonly RoomEvent[], waiting: readonly Outgoing[], me: User): Pending {
  const logged = new Set<string>();
  for (const event of events)
    if ("clientId" in event && event.sender.id === me.id) logged.add(event.clientId);
  const pending = {
    events: [] as RoomEvent[],
    rows: [] as Outgoing[],
    targets: new Map<string, ActionName>(),
  };
  for (const entry of waiting) {
    const { name, input } = entry.action;
    if (logged.has(input.clientId)) continue;
    const event = eventOf(entry, me);
    if (entry.error || !event) pending.rows.push(entry);
    else {
      pending.events.push(event);
      if (name !== "message:send") pending.targets.set(input.target, name);
    }
  }
  return pending;
}
