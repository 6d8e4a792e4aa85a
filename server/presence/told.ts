import { limits } from "../../shared/limits.js";
import type { PresenceCounts, PresenceDiff, PresenceState } from "../../shared/presence.js";
import type { User } from "../../shared/values.js";

/** What this node's sockets were told of who is online: new ones start from it, then follow the differences. */
export interface Told {
  globalState(): PresenceState;
  roomState(room: string): PresenceState;
  /** Tells what is different in the room, if anything. */
  tellRoom(room: string, users: User[]): void;
  tellCounts(counts: PresenceCounts): void;
  /** Nobody here is told of the room any more. */
  forget(room: string): void;
}

const noCounts: PresenceCounts = { guests: 0, members: 0, admins: 0 };

/** Users by role. */
export function countByRole(users: Iterable<User>): PresenceCounts {
  const counts = { ...noCounts };
  for (const { role } of users) counts[`${role}s`] += 1;
  return counts;
}

/** Nobody was told anything yet. */
export function createTold(emitDiff: (diff: PresenceDiff) => void): Told {
  const rooms = new Map<string, Map<string, User>>();
  let last = noCounts;

  return {
    globalState: () => ({ counts: last, users: [] }),
    roomState(room) {
      const users = [...(rooms.get(room)?.values() ?? [])];
      return { room, counts: countByRole(users), users: bounded(users) };
    },
    tellRoom(room, users) {
      const before = rooms.get(room) ?? new Map<string, User>();
      const now = new Map(users.map((user) => [user.id, user]));
      rooms.set(room, now);
      // Somebody with another role joins once more: his new self takes the old one's place.
      const joined = users.filter(({ id, role }) => before.get(id)?.role !== role);
      const left = [...before.values()].filter((user) => !now.has(user.id));
      if (joined.length > 0 || left.length > 0)
        emitDiff({ room, counts: countByRole(users), joined: bounded(joined), left: bounded(left) });
    },
    tellCounts(counts) {
      const same = (["guests", "members", "admins"] as const).every((role) => counts[role] === last[role]);
      last = counts;
      if (!same) emitDiff({ counts, joined: [], left: [] });
    },
    forget: (room) => void rooms.delete(room),
  };
}

function bounded(users: User[]): User[] {
  return users.sort((a, b) => a.name.localeCompare(b.name)).slice(0, limits.presenceListMax);
}
