import { withDeadline, type RedisClient } from "../bus/redis.js";
import type { BucketLimits } from "../config/config.js";
import type { Bucket } from "../config/env.js";
import { Failure } from "../failure.js";
import { gatherTurn } from "../gather.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { takeLocally, takeScript, type Filling } from "./bucket.js";
import { createCredit } from "./credit.js";

/** Name of a limit, as in `LIMIT_<NAME>`. */
export type LimitName = keyof BucketLimits;

/** Token buckets for the whole cluster; counted on this node alone while Redis does not answer. */
export interface Limiter {
  /** Takes a token of each limit; refuses with `rate_limited` and the time until there is one. */
  take(limits: LimitName | readonly LimitName[], who: string): Promise<void>;
  /** The same, but who is known to have plenty left does not wait for the count (`credit.ts`). */
  pass(limits: readonly LimitName[], who: string): Promise<void>;
  stop(): void;
}

/** A frozen Redis is noticed after seconds; nobody's message waits for it that long. */
const patienceMs = 250;

/** So long those who passed are gathered for one count. */
const passedMs = 25;

/** A token to be taken. */
interface Take {
  limit: LimitName;
  key: string;
  bucket: NonNullable<Bucket>;
}

/** What became of a take: 0 or the ms to wait, and the whole tokens left. */
interface Taken {
  waitMs: number;
  left: number;
}

/** Creates the limiter; `commands` gives the Redis client, null while there is none. */
export function createLimiter(
  buckets: BucketLimits,
  commands: () => RedisClient | null,
  metrics: Metrics,
  log: Log,
): Limiter {
  const local = new Map<string, Filling>();
  const credit = createCredit();
  const passed: Take[][] = [];
  let charging: NodeJS.Timeout | undefined;
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn({ error: messageOf(error), suppressed }, "counting limits on this node alone"),
  );
  // A bucket nobody used for ten minutes is full again under any sensible setting.
  const sweep = setInterval(() => {
    const old = performance.now() - 600_000;
    for (const [key, filling] of local) if (filling.at < old) local.delete(key);
    credit.forgetBefore(old);
  }, 60_000);

  function countLocally({ key, bucket }: Take): Taken {
    const now = performance.now();
    const filling = local.get(key) ?? { tokens: bucket.burst, at: now };
    local.set(key, filling);
    return { waitMs: takeLocally(filling, bucket, now), left: Math.floor(filling.tokens) };
  }

  /** All who ask at one moment ask with one command. */
  const count = gatherTurn<Take[], Taken[]>(async (asked) => {
    const taken = await countAll(asked.flat());
    return asked.map(({ length }) => taken.splice(0, length));
  });

  async function countAll(takes: Take[]): Promise<Taken[]> {
    const redis = commands();
    if (redis === null) return takes.map(countLocally);
    try {
      const asked = redis.eval(takeScript, {
        keys: takes.map(({ key }) => key),
        arguments: takes.flatMap(({ bucket }) => [String(bucket.burst), String(bucket.perSecond / 1000)]),
      });
      const answer = (await withDeadline(asked, patienceMs)) as unknown[];
      return takes.map((_, i) => ({ waitMs: Number(answer[2 * i]), left: Number(answer[2 * i + 1]) }));
    } catch (error) {
      logFailure(error);
      return takes.map(countLocally);
    }
  }

  function takesOf(limits: readonly LimitName[], who: string): Take[] {
    const takes: Take[] = [];
    for (const limit of limits) {
      const bucket = buckets[limit];
      if (bucket !== null) takes.push({ limit, key: `chat:limit:${limit}:${who}`, bucket });
    }
    return takes;
  }

  async function settle(takes: Take[], isAwaited: boolean): Promise<number[]> {
    const taken = await count(takes);
    credit.end(
      takes,
      isAwaited,
      taken.map(({ left }) => left),
    );
    return taken.map(({ waitMs }) => waitMs);
  }

  /** Those who passed are counted with one command. Where nothing was left for one he waits from the next one on. */
  function countPassed(): void {
    clearTimeout(charging);
    charging = undefined;
    for (const takes of passed.splice(0)) settle(takes, false).catch((error: unknown) => logFailure(error));
  }

  async function ask(takes: Take[]): Promise<void> {
    // They came before.
    countPassed();
    credit.begin(takes, true);
    const waits = await settle(takes, true);
    const longest = Math.max(...waits);
    if (longest === 0) return;
    const { limit } = takes[waits.indexOf(longest)] as Take;
    metrics.rateLimited.inc({ limit });
    throw new Failure("rate_limited", `too many ${limit}`, longest);
  }

  return {
    async take(limits, who) {
      const takes = takesOf([limits].flat(), who);
      if (takes.length > 0) await ask(takes);
    },
    async pass(limits, who) {
      const takes = takesOf(limits, who);
      if (takes.length === 0) return;
      if (!credit.isGood(takes)) return ask(takes);
      credit.begin(takes, false);
      passed.push(takes);
      charging ??= setTimeout(countPassed, passedMs);
    },
    stop() {
      clearInterval(sweep);
      clearTimeout(charging);
    },
  };
}
