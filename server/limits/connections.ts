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
  /** Fails with `rate_limited` where one more would be too many, of the user or of the address. */
  assertBelow(connector: Connector): Promise<void>;
  /** Counts one. */
  opened(connector: Connector): void;
  /** Takes one back. */
  closed(connector: Connector): void;
  /** Tells the others this node's counts: with each heartbeat. */
  renew(): Promise<void>;
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

/**
 * Sums counts over the live boots. KEYS: boots. ARGV: prefix, fields. Counters of each boot are a hash of its own, so
 * that a dead one's vanish with it.
 */
const sumScript = `
local t = redis.call('TIME')
local boots = redis.call('ZRANGEBYSCORE', KEYS[1], t[1] * 1000 + math.floor(t[2] / 1000), '+inf')
local sums = {}
for i = 2, #ARGV do
  sums[i - 1] = 0
  for _, boot in ipairs(boots) do
    sums[i - 1] = sums[i - 1] + tonumber(redis.call('HGET', ARGV[1] .. boot, ARGV[i]) or 0)
  end
end
return sums`;

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

/** Creates the counts of this node. */
export function createConnections(ports: ConnectionsPorts): Connections {
  const { boot, perUser, perAddress, metrics } = ports;
  const own = new Map<string, number>();
  const logFailure = rateLimited(10_000, (suppressed, error: unknown) =>
    ports.log.warn({ error: messageOf(error), suppressed }, "counting connections on this node alone"),
  );

  async function change(anew: boolean, counts: readonly (readonly [string, number])[]): Promise<void> {
    const redis = ports.commands();
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

  /** All who come or go at one moment, as after a node's death, are counted with one command. */
  const sum = gather(async (fields: string[]) => {
    const here = fields.map((field) => own.get(field) ?? 0);
    const redis = ports.commands();
    if (redis === null) return here;
    try {
      const all = redis.eval(sumScript, { keys: [bootsKey], arguments: [prefix, ...fields] });
      const counted = (await withDeadline(all, patienceMs)) as number[];
      // What was just opened here may not be counted there yet.
      return here.map((count, i) => Math.max(count, Number(counted[i])));
    } catch (error) {
      logFailure(error);
      return here;
    }
  });
  const tell = gather(async (counts: (readonly [string, number])[]) => {
    await change(false, counts);
    return [];
  });

  function refuse(what: "user" | "address", count: number, cap: number | null): void {
    if (cap === null || count < cap) return;
    metrics.rateLimited.inc({ limit: what === "user" ? "connections_per_user" : "connections_per_ip" });
    throw new Failure("rate_limited", `too many connections of one ${what}`, 5000);
  }

  function count({ userId, address }: Connector, by: 1 | -1): void {
    for (const field of [userField(userId), addressField(address)]) {
      const now = (own.get(field) ?? 0) + by;
      if (now > 0) own.set(field, now);
      else own.delete(field);
      void tell([field, by]);
    }
  }

  return {
    assertAddressBelow: (address) => refuse("address", own.get(addressField(address)) ?? 0, perAddress),
    async assertBelow({ userId, address }) {
      if (perUser === null && perAddress === null) return;
      const [ofUser, ofAddress] = await Promise.all([sum(userField(userId)), sum(addressField(address))]);
      refuse("user", ofUser, perUser);
      refuse("address", ofAddress, perAddress);
    },
    opened: (connector) => count(connector, 1),
    closed: (connector) => count(connector, -1),
    renew: () => change(true, [...own]),
  };
}
