import { createClient } from "redis";
import { addressNow } from "../bus/redis-forms.js";
import type { Config } from "../config/config.js";
import { skewOf } from "./clocks.js";
import { failed, notChecked, ok, placeOf, reasonOf, warning, type Finding } from "./finding.js";
import { checkRights } from "./rights.js";
import { busNeeds, dataNeeds } from "./role-needs.js";

/** A connection that is tried once, so that its failure is told. */
export type DoctorRedis = ReturnType<typeof createDoctorRedis>;

/** What was found out about Redis. */
export interface CheckedRedis {
  findings: Finding[];
  skewMs: number | null;
  /** For volatile data; null where it does not answer. */
  commands: DoctorRedis | null;
  close(): Promise<void>;
}

const oldestMajor = 7;

/** Checks the bus, and the Redis of volatile data where it is another one. */
export async function checkRedis(config: Config): Promise<CheckedRedis> {
  const { redisUrl, cacheRedisUrl, role } = config;
  const findings: Finding[] = [];
  const clients: DoctorRedis[] = [];
  let skewMs: number | null = null;
  const close = async () => {
    for (const client of clients) await client.close();
  };
  if (redisUrl === null || cacheRedisUrl === null) {
    findings.push(notChecked("redis", "not used: ENABLE_DISTRIBUTED_CHAT is not true"));
    return { findings, skewMs, commands: null, close };
  }

  async function look(check: string, address: string, needs: string[][]): Promise<DoctorRedis | null> {
    const url = await addressNow(address).catch((error: unknown) => {
      findings.push(failed(check, `none of its Sentinels or nodes tells where it is: ${reasonOf(error)}`));
      return null;
    });
    const client = url === null ? null : await connect(check, url);
    if (client === null || url === null) return null;
    clients.push(client);
    findings.push(await checkVersion(check, url, client));
    findings.push(await checkRights(`${check} rights`, new URL(url).username || "default", needs, client));
    findings.push(await checkEviction(`${check} eviction`, client));
    skewMs = await skewOf(async () => {
      const [seconds, micros] = (await client.sendCommand(["TIME"])) as string[];
      return Number(seconds) * 1000 + Number(micros) / 1000;
    }).catch(() => null);
    return client;
  }

  async function connect(check: string, url: string): Promise<DoctorRedis | null> {
    try {
      return await createDoctorRedis(url).connect();
    } catch (error) {
      findings.push(
        failed(check, `${placeOf(url)}: ${reasonOf(error)}. Is its address right, with user and password?`),
      );
      return null;
    }
  }

  const data = dataNeeds(role);
  const bus = [...busNeeds(role), ...(redisUrl.startsWith("redis-cluster:") ? [["CLUSTER", "INFO"]] : [])];
  if (redisUrl === cacheRedisUrl)
    return { findings, commands: await look("redis", redisUrl, [...bus, ...data]), skewMs, close };
  await look("redis", redisUrl, bus);
  return { findings, commands: await look("cache redis", cacheRedisUrl, data), skewMs, close };
}

function createDoctorRedis(url: string) {
  const client = createClient({
    url,
    name: "parley-doctor",
    RESP: 3,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    socket: { connectTimeout: 2000, socketTimeout: 4000, reconnectStrategy: false },
  });
  // What fails is told by the command that failed.
  client.on("error", () => {});
  return client;
}

async function checkVersion(check: string, url: string, client: DoctorRedis): Promise<Finding> {
  const hello = (await client.hello(3)) as { server: string; version: string };
  const text = `${hello.server} ${hello.version} answers at ${placeOf(url)}`;
  if (Number(hello.version.split(".")[0]) >= oldestMajor) return ok(check, text);
  return warning(check, `${text}: older than ${oldestMajor}, which Parley is tested with`);
}

async function checkEviction(check: string, client: DoctorRedis): Promise<Finding> {
  try {
    const memory = (await client.sendCommand(["INFO", "memory"])) as string;
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? "";
    if (policy === "noeviction") return ok(check, "maxmemory-policy is noeviction");
    return failed(check, `maxmemory-policy is ${policy}, which may take live entries: set noeviction`);
  } catch {
    return notChecked(
      check,
      "this user may not run INFO; ask another: redis-cli CONFIG GET maxmemory-policy",
    );
  }
}
