import type { PresenceDiff, PresenceState } from "../../shared/presence.js";

/** The state after a diff; without a state before it, the diff's counts and arrivals. */
export function applyDiff(state: PresenceState | null, diff: PresenceDiff): PresenceState {
  const gone = new Set([...diff.left, ...diff.joined].map((user) => user.id));
  const stayed = (state?.users ?? []).filter((user) => !gone.has(user.id));
  const users = [...stayed, ...diff.joined].sort((a, b) => a.name.localeCompare(b.name));
  return { ...(diff.room !== undefined && { room: diff.room }), counts: diff.counts, users };
}
