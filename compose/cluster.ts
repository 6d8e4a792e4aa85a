// The cluster's life: Postgres, Redis, migrate, nodes, emitter and worker, nginx; and back in reverse order.
// Each step waits until the one before can be used.

import { randomInt } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readCluster, removeCluster, writeCluster } from "./cluster-file.js";
import type { ClusterProcess } from "./cluster-file.js";
import { openLog } from "./log.js";
import { migrate } from "./migrate.js";
import { nginxStop, prepareNginx } from "./nginx.js";
import { portsOf } from "./port-plan.js";
import { takenPorts } from "./ports.js";
import { ensureDatabase, postgresStop, preparePostgres } from "./postgres.js";
import type { Program, StopStep } from "./process.js";
import { ping, prepareRedis, redisStop } from "./redis.js";
import { migration, roleProcesses } from "./roles.js";
import type { RoleProcess, Services } from "./roles.js";
import { reachableHost } from "./settings.js";
import type { Environment, Settings } from "./settings.js";
import { keepRunning } from "./supervisor.js";
import type { Kept } from "./supervisor.js";
import { prepareSockets, socketForNginx } from "./unix-sockets.js";
import { answers } from "./wait.js";
import { WrongUse } from "./wrong-use.js";

/** A cluster on its way up, running, or on its way down. */
export interface LocalCluster {
  /** Resolves when everything is ready; rejects when something never becomes so, or it was stopped meanwhile. */
  start(): Promise<Started>;
  /** Stops every process in order; resolves when none is left. */
  stop(): Promise<void>;
  /** Ends every process now. */
  kill(): void;
}

/** What there is to tell once everything is ready. */
export interface Started {
  nodes: { instanceId: string; url: string }[];
  /** The first admin's password, where it was made up and he was made just now. */
  adminPassword?: string;
}

const announceAgainMs = 5000;

interface Member {
  kept: Kept;
  entry: Omit<ClusterProcess, "pid">;
  steps: StopStep[];
}

/** Letters and digits that nobody takes for one another, in groups. */
function readablePassword(): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const group = (): string => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}

async function assertPortsFree(settings: Settings): Promise<void> {
  const before = readCluster(settings.dataDir)?.processes ?? [];
  const leftOver = new Map(before.map(({ pid, instanceId }) => [pid, instanceId]));
  const lines = await takenPorts(portsOf(settings), leftOver);
  if (lines.length > 0) throw new WrongUse(lines.join("\n"));
}

/** Builds a cluster from its settings; nothing runs before start(). */
export function createCluster(settings: Settings, env: Environment): LocalCluster {
  const { dataDir } = settings;
  const logs = join(dataDir, "logs");
  const members: Member[] = [];
  const stopping = new AbortController();
  let starting: Promise<Started> | undefined;
  let stopped: Promise<void> | undefined;
  let ready = false;
  let announcing: NodeJS.Timeout | undefined;
  const front = `http://${reachableHost(settings.httpHost)}:${settings.httpPort}`;
  // Until the ports and the database are ours, cluster.json may be another runner's.
  let ownsFile = false;

  /** Throws where the file can not be written. */
  function announce(): void {
    clearTimeout(announcing);
    if (!ready || stopping.signal.aborted) return;
    const processes = members.map(({ kept, entry }) => ({ ...entry, pid: kept.pid() }));
    writeCluster(dataDir, { url: front, admin: { name: settings.adminName }, processes });
  }

  /** A disk that is full while a process is replaced must not end the others. */
  function announceAgain(): void {
    try {
      announce();
    } catch (error) {
      console.error(`cluster.json is not up to date: ${String(error)}; it is tried again`);
      announcing = setTimeout(announceAgain, announceAgainMs).unref();
    }
  }

  async function add(program: Program, entry: Member["entry"], steps: StopStep[]): Promise<Kept> {
    stopping.signal.throwIfAborted();
    const kept = await keepRunning(program, openLog(logs, program.name), announceAgain);
    members.push({ kept, entry, steps });
    if (stopping.signal.aborted) await kept.stop(steps);
    stopping.signal.throwIfAborted();
    return kept;
  }

  async function addPostgres(): Promise<string> {
    const port = settings.postgresPort;
    const { program, url } = await preparePostgres({ dataDir, port });
    const kept = await add(program, { role: "postgres", instanceId: "postgres", port, url }, postgresStop);
    await kept.ready("to take connections", () => ensureDatabase(url));
    return url;
  }

  async function addRedis(): Promise<string> {
    const port = settings.redisPort;
    const { program, url } = prepareRedis({ dataDir, port });
    const kept = await add(program, { role: "redis", instanceId: "redis", port, url }, redisStop);
    await kept.ready("to answer a PING", () => ping(port));
    return url;
  }

  async function addRole({ role, instanceId, port, url, program }: RoleProcess): Promise<void> {
    const steps: StopStep[] = [["SIGTERM", settings.shutdownTimeoutMs + 5_000]];
    const kept = await add(program, { role, instanceId, port, url }, steps);
    await kept.ready(`to answer 200 at ${url}/health`, () => answers(`${url}/health`));
  }

  async function addNginx(nodes: RoleProcess[]): Promise<void> {
    const { httpHost, httpPort, unixSockets, realIpFrom, connectionsPerAddress } = settings;
    const host = httpHost.includes(":") ? `[${httpHost}]` : httpHost;
    const program = await prepareNginx(dataDir, {
      listen: `${host}:${httpPort}`,
      nodes: nodes.map(({ port, instanceId }) =>
        unixSockets ? socketForNginx(instanceId) : `127.0.0.1:${port}`,
      ),
      realIpFrom,
      connectionsPerAddress,
    });
    const entry = { role: "nginx", instanceId: "nginx", port: httpPort, url: front } as const;
    const kept = await add(program, entry, nginxStop);
    await kept.ready("to pass requests on", () => answers(`${front}/livez`));
  }

  async function prepareDatabase(services: Services): Promise<string | undefined> {
    const isGiven = Boolean(env["ADMIN_PASSWORD"] || env["ADMIN_PASSWORD_FILE"]);
    const password = isGiven ? null : readablePassword();
    const program = migration(settings, services, env, password);
    const { adminCreated } = await migrate(program, openLog(logs, "migrate"), stopping.signal);
    if (!adminCreated || password === null) return undefined;
    // Also here: should the start fail from now on, nobody would ever know it.
    console.log(`parley: made the first admin, ${settings.adminName}, with the password ${password}`);
    return password;
  }

  async function startAll(): Promise<Started> {
    mkdirSync(dataDir, { recursive: true });
    if (settings.unixSockets) prepareSockets(dataDir);
    await assertPortsFree(settings);
    const services: Services = {};
    if (settings.ownPostgres) services.databaseUrl = await addPostgres();
    ownsFile = true;
    removeCluster(dataDir);
    if (settings.ownRedis) services.redisUrl = await addRedis();
    const adminPassword = await prepareDatabase(services);
    const roles = roleProcesses(settings, services, env);
    const nodes = roles.filter(({ role }) => role === "node");
    await Promise.all(nodes.map(addRole));
    await Promise.all(roles.filter((each) => !nodes.includes(each)).map(addRole));
    if (!settings.single) await addNginx(nodes);
    ready = true;
    announce();
    return { nodes, ...(adminPassword === undefined ? {} : { adminPassword }) };
  }

  async function stopRoles(): Promise<void> {
    for (const role of ["nginx", "worker", "emitter", "node", "redis", "postgres"]) {
      const chosen = members.filter(({ entry }) => entry.role === role);
      await Promise.all(chosen.map(({ kept, steps }) => kept.stop(steps)));
    }
  }

  async function stopAll(): Promise<void> {
    stopping.abort();
    await stopRoles();
    // What was just being started when the wish came.
    await starting?.catch(() => undefined);
    await stopRoles();
    if (ownsFile) removeCluster(dataDir);
  }

  return {
    start: () => (starting ??= startAll()),
    stop: () => (stopped ??= stopAll()),
    kill: () => {
      stopping.abort();
      for (const { kept } of members.toReversed()) kept.kill();
      if (ownsFile) removeCluster(dataDir);
    },
  };
}
