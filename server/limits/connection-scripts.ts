// Scripts run by Redis: they use its clock, and each is one step to everybody else. Counters of each boot are a hash of its
// own, so that a dead one's vanish with it.

/** What became of who wants to come in. */
export const verdicts = ["admitted", "user", "address"] as const;
/** One of `verdicts`. */
export type Verdict = (typeof verdicts)[number];

/**
 * Counts who wants to come in, one after the other, where the sums over the live boots allow it. KEYS: boots, the
 * boot's hash. ARGV: boot, prefix, lease ms, cap of a user and of an address ("" for none), then fields of user and
 * address. Returns places in `verdicts`.
 */
export const admitScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local boots = redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')
local own = false
for _, boot in ipairs(boots) do own = own or boot == ARGV[1] end
if not own then boots[#boots + 1] = ARGV[1] end
local function full(field, cap)
  if cap == '' then return false end
  local sum = 0
  for _, boot in ipairs(boots) do sum = sum + tonumber(redis.call('HGET', ARGV[2] .. boot, field) or 0) end
  return sum >= tonumber(cap)
end
local answers = {}
for i = 6, #ARGV, 2 do
  local answer = full(ARGV[i], ARGV[4]) and 1 or full(ARGV[i + 1], ARGV[5]) and 2 or 0
  if answer == 0 then
    redis.call('HINCRBY', KEYS[2], ARGV[i], 1)
    redis.call('HINCRBY', KEYS[2], ARGV[i + 1], 1)
  end
  answers[#answers + 1] = answer
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
return answers`;

/** Changes counts of a boot. KEYS: boots, the boot's hash. ARGV: boot, lease ms, "1" to begin anew, field, by, … */
export const countScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[3] == '1' then redis.call('DEL', KEYS[2]) end
for i = 4, #ARGV, 2 do
  if redis.call('HINCRBY', KEYS[2], ARGV[i], ARGV[i + 1]) <= 0 then redis.call('HDEL', KEYS[2], ARGV[i]) end
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)`;
