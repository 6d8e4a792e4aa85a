// Scripts run by Redis: they use its clock, and each is one step to everybody else.

/**
 * Writes an instance's entry. KEYS: index, departed, entry of the plain id, entry of id~boot.
 * ARGV: id, id~boot, boot, record, time-out ms, "1" where the owner of the plain entry is known to be dead.
 * Returns the key suffix taken, and 1 where nothing stood there.
 */
export const heartbeatScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local suffix, key = ARGV[1], KEYS[3]
local owner = redis.call('GET', KEYS[3])
if owner and ARGV[6] ~= '1' and cjson.decode(owner).boot ~= ARGV[3] then
  suffix, key = ARGV[2], KEYS[4]
elseif redis.call('DEL', KEYS[4]) == 1 then
  redis.call('ZREM', KEYS[1], ARGV[2])
end
local before = redis.call('SET', key, ARGV[4], 'PX', ARGV[5], 'GET')
redis.call('ZADD', KEYS[1], now, suffix)
redis.call('ZREM', KEYS[2], suffix)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 3600000)
return { suffix, before and 0 or 1 }`;

/**
 * Reads all live entries. KEYS: index, departed. ARGV: prefix of the entries.
 * Returns flat: suffix, age of its heartbeat in ms, record; then "departed" and the suffixes that left in good order.
 */
export const listScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local out = {}
local members = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #members, 2 do
  local record = redis.call('GET', ARGV[1] .. members[i])
  if record then
    out[#out + 1] = members[i]
    out[#out + 1] = tostring(now - tonumber(members[i + 1]))
    out[#out + 1] = record
  else
    redis.call('ZREM', KEYS[1], members[i])
  end
end
out[#out + 1] = 'departed'
for _, suffix in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do out[#out + 1] = suffix end
return out`;

/**
 * Removes an entry if it is still this boot's. KEYS: index, departed, entry. ARGV: suffix, boot, "1" if it left in
 * good order. Returns 1 to the one caller that removed it.
 */
export const removeScript = `
local record = redis.call('GET', KEYS[3])
if not record or cjson.decode(record).boot ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[3])
redis.call('ZREM', KEYS[1], ARGV[1])
if ARGV[3] == '1' then
  local t = redis.call('TIME')
  redis.call('ZADD', KEYS[2], t[1] * 1000 + math.floor(t[2] / 1000), ARGV[1])
end
return 1`;
