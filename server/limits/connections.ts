import { Failure } from "../failure.js";
import { withDeadline, type RedisClient } from "../bus/redis.js";
import { gather } from "../gather.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";

/** Whose connections are counted. */
export interface Connector {
  userId: string;
  address: string;
}

/** Counts the sockets of users and addresses over the whole cluster; on this node alone while Redis is away. */
export interface Connections {
  /** Fails with `rate_limited` when this node alone has as many of the address as are allowed. */
  assertAddressBelow(address: string): void;
  /** Counts one more; fails with `rate_limited`, counting nothing, where it is one too many of user or address. */
  admit(connector: Connector): Promise<void>;
  /** Takes back one that was admitted. */
  closed(connector: Connector): void;
  /** Tells the others this node's counts: with each heartbeat. */
  renew(): Promise<void>;
  /** Forgets the sockets of a killed instance: its people are about to come back elsewhere. */
  sweep(boot: string): Promise<void>;
}

/** What counting needs. */
export interface ConnectionsPorts {
  boot: string;
  /** Null: no limit. */
  perUser: number | null;
  perAddress: number | null;
  /** After this long without a heartbeat a node's sockets count no more. */
  leaseMs: number;
  commands(): RedisClient | null;
  metrics: Metrics;
  log: Log;
}

const bootsKey = "chat:connections";
const prefix = "chat:connections:";
const patienceMs = 250;

/** What became of who wants to come in. */
const verdicts = ["admitted", "user", "address"] as const;
type Verdict = (typeof verdicts)[number];

/**
 * Counts who wants to come in, one after the other, where the sums over the live boots allow it. KEYS: boots, the
 * boot's hash. ARGV: boot, prefix, lease ms, cap of a user and of an address ("" for none), then fields of user and
 * address. Counters of each boot are a hash of its own, so that a dead one's vanish with it. Returns places in
 * `verdicts`.
 */
const admitScript = `
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
const countScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[3] == '1' then redis.call('DEL', KEYS[2]) end
for i = 4, #ARGV, 2 do
  if redis.call('HINCRBY', KEYS[2], ARGV[i], ARGV[i + 1]) <= 0 then redis.call('HDEL', KEYS[2], ARGV[i]) end
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)`;

const userField = (userId: string) => `user ${userId}`;
const addressField = (address: string) => `address ${address}`;
const fieldsOf = ({ userId, address }: Connector) => [userField(userId), addressField(address)];

/** Creates the counts of this node. */
export function createConnections(ports: ConnectionsPorts): Connections {
  const { boot, perUser, perAddress, metrics } = ports;
  const isLimited = perUser !== null || perAddress !== null;
  const commands = () => (isLimited ? ports.commands() : null);
  const own = new Map<string, number>();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    ports.log.warn({ error: messageOf(error), suppressed }, "counting connections on this node alone"),
  );

  async function change(anew: boolean, counts: readonly (readonly [string, number])[]): Promise<void> {
    const redis = commands();
    if (redis === null) return;
    const changes = counts.flatMap(([field, by]) => [field, String(by)]);
    try {
      await redis.eval(countScript, {
        keys: [bootsKey, prefix + boot],
        arguments: [boot, String(ports.leaseMs), anew ? "1" : "0", ...changes],
      });
    } catch (error) {
      logFailure(error);
    }
  }

  /** What Redis says, which has counted who is admitted; null while it says nothing. */
  async function askRedis(comers: readonly Connector[]): Promise<Verdict[] | null> {
    const redis = commands();
    if (redis === null) return null;
    const caps = [perUser, perAddress].map((cap) => (cap === null ? "" : String(cap)));
    try {
      const asked = redis.eval(admitScript, {
        keys: [bootsKey, prefix + boot],
        arguments: [boot, prefix, String(ports.leaseMs), ...caps, ...comers.flatMap(fieldsOf)],
      });
      const answers = (await withDeadline(asked, patienceMs)) as unknown[];
      return answers.map((answer) => verdicts[Number(answer)] ?? "admitted");
    } catch (error) {
      // Whether it has counted them is not known: the next renewal puts it right.
      logFailure(error);
      return null;
    }
  }

  /** By this node's own counts, which hold also while Redis has forgotten them. */
  function judgeHere(comer: Connector): Verdict {
    const [ofUser = 0, ofAddress = 0] = fieldsOf(comer).map((field) => own.get(field) ?? 0);
    if (perUser !== null && ofUser >= perUser) return "user";
    return perAddress !== null && ofAddress >= perAddress ? "address" : "admitted";
  }

  /** All who come at one moment, as after a node's death, are counted with one command. */
  const judge = gather(async (comers: Connector[]) => {
    const answers = await askRedis(comers);
    return comers.map((comer, i): Verdict => {
      const here = judgeHere(comer);
      const there = answers?.[i] ?? here;
      if (here === "admitted" && there === "admitted") countHere(comer, 1);
      else if (there === "admitted" && answers !== null) tellGone(comer);
      return here === "admitted" ? there : here;
    });
  });

  const tell = gather(async (counts: (readonly [string, number])[]) => {
    await change(false, counts);
    return [];
  });

  function refuse(what: "user" | "address"): never {
    metrics.rateLimited.inc({ limit: what === "user" ? "connections_per_user" : "connections_per_ip" });
    throw new Failure("rate_limited", `too many connections of one ${what}`, 5000);
  }

  function countHere(connector: Connector, by: 1 | -1): void {
    for (const field of fieldsOf(connector)) {
      const now = (own.get(field) ?? 0) + by;
      if (now > 0) own.set(field, now);
      else own.delete(field);
    }
  }

  function tellGone(connector: Connector): void {
    for (const field of fieldsOf(connector)) void tell([field, -1]);
  }

  return {
    assertAddressBelow(address) {
      if (perAddress !== null && (own.get(addressField(address)) ?? 0) >= perAddress) refuse("address");
    },
    async admit(connector) {
      const verdict = await judge(connector);
      if (verdict !== "admitted") refuse(verdict);
    },
    closed(connector) {
      countHere(connector, -1);
      tellGone(connector);
    },
    renew: () => change(true, [...own]),
    async sweep(dead) {
      const redis = commands();
      if (redis === null) return;
      await redis.zRem(bootsKey, dead);
      await redis.del(prefix + dead);
    },
  };
}
