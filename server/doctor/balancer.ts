import { randomInt, randomUUID } from "node:crypto";
import type { Config } from "../config/config.js";
import { failed, notChecked, ok, reasonOf, warning, type Finding } from "./finding.js";
import { ask } from "./one-request.js";
import type { DoctorRedis } from "./redis.js";

const rounds = 12;
const pollingSessions = 4;

/** Checks what stands in front of the nodes, as one client that comes again and again. */
export async function checkBalancer(
  url: string,
  config: Config,
  redis: DoctorRedis | null,
): Promise<Finding[]> {
  try {
    const requests = await checkRequests(url);
    if (requests.state === "failed") return [requests];
    return [
      requests,
      await checkPolling(url),
      await checkHost(url, config),
      await checkAddress(url, redis),
      await checkPrivate(url),
    ];
  } catch (error) {
    return [failed("nginx", `${url}: ${reasonOf(error)}. Does it run, and is the address right?`)];
  }
}

async function checkRequests(url: string): Promise<Finding> {
  const reached = new Set<string>();
  for (let i = 0; i < rounds; i += 1) {
    const { status, body } = await ask(`${url}/health`);
    const id = /"instanceId":"([^"]+)"/.exec(body)?.[1];
    if (id === undefined) return failed("nginx", `${url}/health answers ${status}, not as a node does`);
    reached.add(id);
  }
  const names = [...reached].sort().join(", ");
  if (reached.size === 1) return ok("nginx requests", `${rounds} of one client reached ${names}`);
  return failed(
    "nginx requests",
    `${rounds} of one client reached ${names}: use ip_hash (or hash $remote_addr consistent) in the upstreams`,
  );
}

/** Opens a session by polling, writes to it and reads from it, each on another connection. */
async function checkPolling(url: string): Promise<Finding> {
  const polling = `${url}/socket.io/?EIO=4&transport=polling`;
  for (let i = 0; i < pollingSessions; i += 1) {
    const opened = await ask(polling);
    const sid = /"sid":"([^"]+)"/.exec(opened.body)?.[1];
    if (sid === undefined)
      return failed("nginx polling", `a session can not begin: ${opened.status} ${opened.body}`);
    const written = await ask(`${polling}&sid=${sid}`, { method: "POST", body: "40" });
    const read = await ask(`${polling}&sid=${sid}`);
    if (written.status !== 200 || read.status !== 200)
      return failed(
        "nginx polling",
        "a session by polling does not stay on its node: use ip_hash in the upstream of /socket.io/",
      );
  }
  return ok("nginx polling", `${pollingSessions} sessions stayed on their node`);
}

/** A node allows its own origin, which it knows only from the Host and the scheme that nginx passes. */
async function checkHost(url: string, { allowedOrigins }: Config): Promise<Finding> {
  if (allowedOrigins.length > 0)
    return notChecked("nginx host", "ALLOWED_ORIGINS is set, so the nodes do not look at Host");
  const headers = { cookie: "parley=doctor", origin: url };
  const { status } = await ask(`${url}/api/session`, { method: "DELETE", headers });
  if (status === 204) return ok("nginx host", "Host and scheme reach the nodes");
  if (status !== 403) return notChecked("nginx host", `the node answered ${status}`);
  return failed(
    "nginx host",
    `the nodes take another origin than ${url} for their own: pass Host ($http_host) and X-Forwarded-Proto on`,
  );
}

/** A refused login is counted under the client's address: there it shows which one the nodes see. */
async function checkAddress(url: string, redis: DoctorRedis | null): Promise<Finding> {
  const check = "nginx address";
  if (redis === null) return notChecked(check, "shows in Redis only");
  const countedAt = async (address: string) =>
    (await redis.hmGet(`chat:limit:logins:address:${address}`, "a"))[0];
  // Of a network that belongs to nobody (RFC 5737), another one each time: buckets stay for a while.
  const invented = `203.0.113.${randomInt(1, 255)}`;
  const { from } = await ask(`${url}/livez`);
  const before = { invented: await countedAt(invented), from: await countedAt(from) };
  const { status } = await ask(`${url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": invented },
    body: JSON.stringify({ name: `doctor ${randomUUID().slice(0, 8)}`, password: randomUUID() }),
  });
  if ((await countedAt(invented)) !== before.invented)
    return failed(check, "a client can invent its address: overwrite X-Forwarded-For, and check TRUST_PROXY");
  if ((await countedAt(from)) !== before.from)
    return ok(check, `the nodes see ${from}, and believe no other`);
  if (status !== 401 && status !== 429) return notChecked(check, `the node answered ${status}`);
  return warning(
    check,
    `the nodes do not see ${from}. Is there a NAT or another balancer between (REAL_IP_FROM), or is LIMIT_LOGINS off?`,
  );
}

async function checkPrivate(url: string): Promise<Finding> {
  // As Express takes them for the same.
  const [{ status }, other] = [await ask(`${url}/metrics`), await ask(`${url}/METRICS/`)];
  if (status === 200 || other.status === 200)
    return failed("nginx metrics", "/metrics is open to everybody: let nginx answer 404");
  return ok("nginx metrics", status === 404 ? "are not public" : `answer ${status} without the key`);
}
