import { Failure } from "../failure.js";
import { withDeadline, type RedisClient } from "../bus/redis.js";
import { gather } from "../gather.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { Metrics } from "../metrics/metrics.js";
import { admitScript, countScript, verdicts, type Verdict } from "./connection-scripts.js";

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
