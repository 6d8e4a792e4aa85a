import type { Bucket } from "../config/env.js";
import type { BucketLimits } from "../config/config.js";
import { gatherTurn } from "../gather.js";
import { Failure } from "../failure.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { withDeadline, type RedisClient } from "../bus/redis.js";

/** Name of a limit, as in `LIMIT_<NAME>`. */
export type LimitName = keyof BucketLimits;

/** Token buckets for the whole cluster; counted on this node alone while Redis does not answer. */
export interface Limiter {
  /** Takes a token of each limit; refuses with `rate_limited` and the time until there is one. */
  take(limits: LimitName | readonly LimitName[], who: string): Promise<void>;
  stop(): void;
}

/** A frozen Redis is noticed after seconds; nobody's message waits for it that long. */
const patienceMs = 250;

interface Filling {
  tokens: number;
  at: number;
}

/** A token to be taken. */
interface Take {
  key: string;
  bucket: NonNullable<Bucket>;
}

/**
 * A token of each bucket in KEYS, one after the other. ARGV: burst, tokens per ms, of each. Returns 0 or the ms to
 * wait, of each. Redis' clock fills them, so the nodes' clocks do not matter (F-15).
 */
const takeScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local waits = {}
for i, key in ipairs(KEYS) do
  local burst, rate = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local b = redis.call('HMGET', key, 't', 'a')
  local tokens = burst
  if b[1] then tokens = math.min(burst, tonumber(b[1]) + math.max(0, now - tonumber(b[2])) * rate) end
  local wait = 0
  if tokens >= 1 then tokens = tokens - 1 else wait = math.ceil((1 - tokens) / rate) end
  redis.call('HSET', key, 't', tostring(tokens), 'a', tostring(now))
  redis.call('PEXPIRE', key, math.ceil(burst / rate) + 1000)
  waits[i] = wait
end
return waits`;

/** Takes a token out of a bucket kept by the caller; returns 0 or the ms to wait. Pure but for `filling`. */
export function takeLocally(filling: Filling, bucket: NonNullable<Bucket>, now: number): number {
  const rate = bucket.perSecond / 1000;
  filling.tokens = Math.min(bucket.burst, filling.tokens + (now - filling.at) * rate);
  filling.at = now;
  if (filling.tokens < 1) return Math.ceil((1 - filling.tokens) / rate);
  filling.tokens -= 1;
  return 0;
}

/** Creates the limiter; `commands` gives the Redis client, null while there is none. */
export function createLimiter(
  buckets: BucketLimits,
  commands: () => RedisClient | null,
  metrics: Metrics,
  log: Log,
): Limiter {
  const local = new Map<string, Filling>();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ error: messageOf(error), suppressed }, "counting limits on this node alone"),
  );
  // A bucket nobody used for ten minutes is full again under any sensible setting.
  const sweep = setInterval(() => {
    const old = performance.now() - 600_000;
    for (const [key, filling] of local) if (filling.at < old) local.delete(key);
  }, 60_000);

  function countLocally(key: string, bucket: NonNullable<Bucket>): number {
    const now = performance.now();
    const filling = local.get(key) ?? { tokens: bucket.burst, at: now };
    local.set(key, filling);
    return takeLocally(filling, bucket, now);
  }

  /** All who ask at one moment ask with one command. */
  const count = gatherTurn<Take[], number[]>(async (asked) => {
    const takes = asked.flat();
    const waits = await countAll(takes);
    return asked.map(({ length }) => waits.splice(0, length));
  });

  async function countAll(takes: Take[]): Promise<number[]> {
    const countHere = () => takes.map(({ key, bucket }) => countLocally(key, bucket));
    const redis = commands();
    if (redis === null) return countHere();
    try {
      const answer = redis.eval(takeScript, {
        keys: takes.map(({ key }) => key),
        arguments: takes.flatMap(({ bucket }) => [String(bucket.burst), String(bucket.perSecond / 1000)]),
      });
      return ((await withDeadline(answer, patienceMs)) as unknown[]).map(Number);
    } catch (error) {
      logFailure(error);
      return countHere();
    }
  }

  return {
    async take(limits, who) {
      const takes: (Take & { limit: LimitName })[] = [];
      for (const limit of [limits].flat()) {
        const bucket = buckets[limit];
        if (bucket !== null) takes.push({ limit, key: `chat:limit:${limit}:${who}`, bucket });
      }
      if (takes.length === 0) return;
      const waits = await count(takes);
      const longest = Math.max(...waits);
      if (longest === 0) return;
      const { limit } = takes[waits.indexOf(longest)] as (typeof takes)[number];
      metrics.rateLimited.inc({ limit });
      throw new Failure("rate_limited", `too many ${limit}`, longest);
    },
    stop: () => clearInterval(sweep),
  };
}
