import type { PresenceCounts } from "../../shared/presence.js";
import { user as userSchema, type User } from "../../shared/values.js";
import type { RedisClient } from "../bus/redis.js";
import { forEachTogether } from "../gather.js";
import {
  countScript,
  departScript,
  pruneScript,
  renewRoomScript,
  renewScript,
  roomScript,
  sweepRoomScript,
  sweepUsersScript,
} from "./scripts.js";

/** Where the instances tell each other who is online. Rejects when Redis fails. */
export interface PresenceStore {
  /** Renews this instance's leases on its users, and on their places in rooms. */
  renew(users: User[], rooms: Map<string, User[]>): Promise<void>;
  /** Takes a user of this instance away; he stays online while another instance has him. */
  depart(user: User): Promise<void>;
  leaveRoom(room: string, user: User): Promise<void>;
  /** Takes away all that a dead boot had, but for who is on another one too; returns the rooms it was in. */
  sweep(dead: string): Promise<string[]>;
  /** Takes out users whose lease is over, of whatever instance (H18). */
  prune(): Promise<void>;
  counts(): Promise<PresenceCounts>;
  /** Users in a room on any live instance, each once. */
  inRoom(room: string): Promise<User[]>;
}

const globalKeys = {
  guest: "chat:presence:global:guests",
  member: "chat:presence:global:members",
  admin: "chat:presence:global:admins",
} as const;
const globals = Object.values(globalKeys);
const roomKey = (room: string) => `chat:presence:room:${room}`;
const bootsKey = "chat:presence:boots";
const bootPrefix = "chat:presence:boot:";
const rolesOf = (boot: string) => `${bootPrefix}${boot}:roles`;
const roomsOf = (boot: string) => `${bootPrefix}${boot}:rooms`;

/** Users in one script: a bound on how long Redis is busy with it. */
const chunk = 500;

/** Leases of `leaseMs` by Redis' clock, owned by `boot`. */
export function createPresenceStore(
  commands: () => RedisClient | null,
  boot: string,
  leaseMs: number,
): PresenceStore {
  const lease = String(leaseMs);

  function redis(): RedisClient {
    const client = commands();
    if (client === null) throw new Error("redis does not answer");
    return client;
  }

  return {
    async renew(users, rooms) {
      for (const role of ["guest", "member", "admin"] as const) {
        const ids = users.filter((user) => user.role === role).map((user) => user.id);
        for (let i = 0; i < ids.length; i += chunk) {
          const keys = [globalKeys[role], bootsKey, rolesOf(boot)];
          await redis().eval(renewScript, {
            keys,
            arguments: [boot, lease, role, ...ids.slice(i, i + chunk)],
          });
        }
      }
      await forEachTogether(rooms, async ([room, inside]) => {
        for (let i = 0; i < inside.length; i += chunk) {
          const members = inside.slice(i, i + chunk).map((user) => memberOf(boot, user));
          const keys = [roomKey(room), roomsOf(boot)];
          await redis().eval(renewRoomScript, { keys, arguments: [lease, room, ...members] });
        }
      });
    },
    async depart(user) {
      await redis().eval(departScript, {
        keys: [globalKeys[user.role], bootsKey, rolesOf(boot)],
        arguments: [boot, user.role, user.id, bootPrefix],
      });
    },
    async leaveRoom(room, user) {
      await redis().zRem(roomKey(room), memberOf(boot, user));
    },
    async sweep(dead) {
      const keys = [bootsKey, rolesOf(dead), ...globals];
      const step = { keys, arguments: [dead, bootPrefix, String(chunk)] };
      while (Number(await redis().eval(sweepUsersScript, step)) > 0);
      const rooms = await redis().sMembers(roomsOf(dead));
      for (const room of rooms)
        await redis().eval(sweepRoomScript, { keys: [roomKey(room)], arguments: [dead] });
      await redis().del(roomsOf(dead));
      return rooms;
    },
    async prune() {
      await redis().eval(pruneScript, { keys: globals, arguments: [] });
    },
    async counts() {
      const [guests = 0, members = 0, admins = 0] = (
        (await redis().eval(countScript, { keys: globals, arguments: [] })) as unknown[]
      ).map(Number);
      return { guests, members, admins };
    },
    async inRoom(room) {
      const members = (await redis().eval(roomScript, { keys: [roomKey(room)], arguments: [] })) as string[];
      const users = new Map<string, User>();
      for (const member of members) {
        const user = parseMember(member);
        if (user) users.set(user.id, user);
      }
      return [...users.values()];
    },
  };
}

const memberOf = (boot: string, user: User) => `${boot} ${JSON.stringify(user)}`;

function parseMember(member: string): User | null {
  try {
    return userSchema.parse(JSON.parse(member.slice(member.indexOf(" ") + 1)));
  } catch {
    return null;
  }
}
