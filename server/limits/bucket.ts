import type { Bucket } from "../config/env.js";

/** What is in a bucket kept by the caller. */
export interface Filling {
  tokens: number;
  at: number;
}

/**
 * A token of each bucket in KEYS, one after the other. ARGV: burst, tokens per ms, of each. Returns of each 0 or the
 * ms to wait, and the whole tokens left. Redis' clock fills them, so the nodes' clocks do not matter (F-15).
 */
export const takeScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local answer = {}
for i, key in ipairs(KEYS) do
  local burst, rate = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local b = redis.call('HMGET', key, 't', 'a')
  local tokens = burst
  if b[1] then tokens = math.min(burst, tonumber(b[1]) + math.max(0, now - tonumber(b[2])) * rate) end
  local wait = 0
  if tokens >= 1 then tokens = tokens - 1 else wait = math.ceil((1 - tokens) / rate) end
  redis.call('HSET', key, 't', tostring(tokens), 'a', tostring(now))
  redis.call('PEXPIRE', key, math.ceil(burst / rate) + 1000)
  answer[2 * i - 1] = wait
  answer[2 * i] = math.floor(tokens)
end
return answer`;

/** Takes a token out of a bucket kept by the caller; returns 0 or the ms to wait. Pure but for `filling`. */
export function takeLocally(filling: Filling, bucket: NonNullable<Bucket>, now: number): number {
  const rate = bucket.perSecond / 1000;
  filling.tokens = Math.min(bucket.burst, filling.tokens + (now - filling.at) * rate);
  filling.at = now;
  if (filling.tokens < 1) return Math.ceil((1 - filling.tokens) / rate);
  filling.tokens -= 1;
  return 0;
}
