// Scripts run by Redis: they use its clock, and each is one step to everybody else.
// A boot's users are a hash of id and role, so that all of them can be taken away when it dies. Redis packs up
// to 512 of them tightly.

const now = `local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) `;

/** Whether a live boot other than `except` has the user in this role. */
const heldElsewhere = `
local function held(boots, prefix, id, role, except)
  for _, boot in ipairs(boots) do
    if boot ~= except and redis.call('HGET', prefix .. boot .. ':roles', id) == role then return true end
  end
  return false
end `;

/**
 * Leases users of one role. KEYS: their global set, the boots, the boot's users. ARGV: boot, lease ms, role, user ids.
 */
export const renewScript = `${now}
local till = now + ARGV[2]
redis.call('ZADD', KEYS[2], till, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
for i = 4, #ARGV do
  redis.call('ZADD', KEYS[1], till, ARGV[i])
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[3])
end
redis.call('PEXPIRE', KEYS[3], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)`;

/** Takes a boot's user away. KEYS: his global set, the boots, the boot's users. ARGV: boot, role, id, prefix. */
export const departScript = `${now}${heldElsewhere}
if redis.call('HGET', KEYS[3], ARGV[3]) == ARGV[2] then redis.call('HDEL', KEYS[3], ARGV[3]) end
local boots = redis.call('ZRANGEBYSCORE', KEYS[2], now, '+inf')
if not held(boots, ARGV[4], ARGV[3], ARGV[2], ARGV[1]) then redis.call('ZREM', KEYS[1], ARGV[3]) end`;

/**
 * Takes some users of a dead boot away. KEYS: the boots, its users, the global sets of guest, member, admin.
 * ARGV: boot, prefix, how many. Returns how many it was; 0 at the end.
 */
export const sweepUsersScript = `${now}${heldElsewhere}
local sets = { guest = KEYS[3], member = KEYS[4], admin = KEYS[5] }
redis.call('ZREM', KEYS[1], ARGV[1])
local boots = redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')
local some = redis.call('HRANDFIELD', KEYS[2], ARGV[3], 'WITHVALUES')
for i = 1, #some, 2 do
  local id, role = some[i], some[i + 1]
  redis.call('HDEL', KEYS[2], id)
  if sets[role] and not held(boots, ARGV[2], id, role, ARGV[1]) then redis.call('ZREM', sets[role], id) end
end
return #some / 2`;

/** Takes out leases that are over. KEYS: the three global sets. */
export const pruneScript = `${now}
for _, key in ipairs(KEYS) do redis.call('ZREMRANGEBYSCORE', key, '-inf', now) end`;

/** KEYS: the three global sets. */
export const countScript = `${now}
return { redis.call('ZCOUNT', KEYS[1], now, '+inf'), redis.call('ZCOUNT', KEYS[2], now, '+inf'), redis.call('ZCOUNT', KEYS[3], now, '+inf') }`;

/** Leases places in a room. KEYS: room, the boot's rooms. ARGV: lease ms, room id, then members: boot and user. */
export const renewRoomScript = `${now}
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[1])`;

/** The members of a room. KEYS: room. */
export const roomScript = `${now}
return redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')`;

/** Takes a dead boot out of a room. KEYS: room. ARGV: boot. */
export const sweepRoomScript = `
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.sub(member, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then redis.call('ZREM', KEYS[1], member) end
end`;
