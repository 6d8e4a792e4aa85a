import type { PresenceCounts } from "../../shared/presence.js";
import { user as userSchema, type User } from "../../shared/values.js";
import type { RedisClient } from "../bus/redis.js";

/** Where the instances tell each other who is online. Rejects when Redis fails. */
export interface PresenceStore {
  /** Renews this instance's leases on its users, and on their places in rooms. */
  renew(users: User[], rooms: Map<string, User[]>): Promise<void>;
  /** Takes a user of this instance away; he stays online while another instance has him. */
  depart(user: User): Promise<void>;
  leaveRoom(room: string, userId: string): Promise<void>;
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

const nowInRedis = `local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) `;

/** KEYS: a global set, then a set of instances for each user. ARGV: instance, lease ms, user ids in the keys' order. */
const renewScript = `${nowInRedis}
local till = now + ARGV[2]
for i = 3, #ARGV do
  redis.call('ZADD', KEYS[i - 1], till, ARGV[1])
  redis.call('PEXPIRE', KEYS[i - 1], ARGV[2])
  redis.call('ZADD', KEYS[1], till, ARGV[i])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)`;

/** KEYS: global set, the user's set of instances. ARGV: instance, user id. */
const departScript = `${nowInRedis}
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) == 0 then redis.call('ZREM', KEYS[1], ARGV[2]) end`;

/** KEYS: the three global sets. */
const countScript = `${nowInRedis}
return { redis.call('ZCOUNT', KEYS[1], now, '+inf'), redis.call('ZCOUNT', KEYS[2], now, '+inf'), redis.call('ZCOUNT', KEYS[3], now, '+inf') }`;

/** KEYS: room. ARGV: lease ms, then members: boot and user. Scores are ends of leases. */
const renewRoomScript = `${nowInRedis}
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

/** KEYS: room. */
const roomScript = `${nowInRedis}
return redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')`;

/** Users in one script: a bound on how long Redis is busy with it. */
const chunk = 500;

/** Leases of `leaseMs` by Redis' clock, owned by `boot`. */
export function createPresenceStore(
  commands: () => RedisClient | null,
  boot: string,
  leaseMs: number,
): PresenceStore {
  const userKey = (id: string) => `chat:presence:user:${id}`;
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
          const part = ids.slice(i, i + chunk);
          const keys = [globalKeys[role], ...part.map(userKey)];
          await redis().eval(renewScript, { keys, arguments: [boot, lease, ...part] });
        }
      }
      for (const [room, inside] of rooms) {
        for (let i = 0; i < inside.length; i += chunk) {
          const members = inside.slice(i, i + chunk).map((user) => memberOf(boot, user));
          await redis().eval(renewRoomScript, { keys: [roomKey(room)], arguments: [lease, ...members] });
        }
      }
    },
    async depart(user) {
      await redis().eval(departScript, {
        keys: [globalKeys[user.role], userKey(user.id)],
        arguments: [boot, user.id],
      });
    },
    async leaveRoom(room, userId) {
      const members = (await redis().eval(roomScript, { keys: [roomKey(room)], arguments: [] })) as string[];
      const own = members.filter(
        (member) => member.startsWith(`${boot} `) && parseMember(member)?.id === userId,
      );
      if (own.length > 0) await redis().zRem(roomKey(room), own);
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
