import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./paths.js";
import type { Program } from "./process.js";
import { reachableHost, runnerVariables } from "./settings.js";
import type { Environment, Settings } from "./settings.js";
import { nodeSocket } from "./unix-sockets.js";

/** The roles of the server's one program that are kept running. */
export type Role = "node" | "emitter" | "worker";

/** One process of the server, and where it is reached. */
export interface RoleProcess {
  role: Role;
  instanceId: string;
  port: number;
  url: string;
  program: Program;
}

/** Where the services are that every role needs. */
export interface Services {
  databaseUrl?: string;
  redisUrl?: string;
}

const main = join(projectRoot, "dist/server/main.js");

function common(settings: Settings, services: Services, env: Environment): Environment {
  const shared: Environment = { ...env };
  for (const name of [...runnerVariables, "UNIX_SOCKET", "ADMIN_PASSWORD", "ADMIN_PASSWORD_FILE"])
    delete shared[name];
  if (settings.ownRedis || settings.single || env["REDIS_URL"]) delete shared["REDIS_PORT"];
  if (services.databaseUrl) shared["DATABASE_URL"] = services.databaseUrl;
  if (services.redisUrl) shared["REDIS_URL"] = services.redisUrl;
  shared["DATA_DIR"] = settings.dataDir;
  shared["ENABLE_DISTRIBUTED_CHAT"] = String(!settings.single);
  // Nobody stands in front of a single node, so it must believe nobody's X-Forwarded-For.
  if (settings.single) shared["TRUST_PROXY"] ??= "0";
  return shared;
}

function serverProgram(name: string, role: string, env: Environment): Program {
  if (!existsSync(main)) throw new Error("the server is not built: npm run build");
  return {
    name,
    command: process.execPath,
    args: ["--enable-source-maps", main, role],
    cwd: projectRoot,
    env,
  };
}

/**
 * The one-shot program that brings the database up to date and makes the first admin, with `password` or, where that is
 * null, the one that the environment gives.
 */
export function migration(
  settings: Settings,
  services: Services,
  env: Environment,
  password: string | null,
): Program {
  // That it made the admin is told at this level.
  const own = { ...common(settings, services, env), INSTANCE_ID: "migrate", LOG_LEVEL: "info" };
  const { ADMIN_PASSWORD, ADMIN_PASSWORD_FILE } = env;
  const given = ADMIN_PASSWORD ? { ADMIN_PASSWORD } : { ADMIN_PASSWORD_FILE };
  const admin = {
    ADMIN_NAME: settings.adminName,
    ...(password === null ? given : { ADMIN_PASSWORD: password }),
  };
  return serverProgram("migrate", "migrate", { ...own, ...admin });
}

/** Every process of the server, in the order in which they start. */
export function roleProcesses(settings: Settings, services: Services, env: Environment): RoleProcess[] {
  const shared = common(settings, services, env);
  const make = (role: Role, number: number, port: number, host = "127.0.0.1"): RoleProcess => {
    const instanceId = `${role}-${number}`;
    const own: Environment = { ...shared, INSTANCE_ID: instanceId, HOST: host, PORT: String(port) };
    if (settings.unixSockets && role === "node")
      own["UNIX_SOCKET"] = nodeSocket(settings.dataDir, instanceId);
    const url = `http://${reachableHost(host)}:${port}`;
    return { role, instanceId, port, url, program: serverProgram(instanceId, role, own) };
  };
  const worker = make("worker", 1, settings.workerPort);
  if (settings.single) return [make("node", 1, settings.httpPort, settings.httpHost), worker];
  const nodes = Array.from({ length: settings.nodes }, (_, index) =>
    make("node", index + 1, settings.nodePortBase + index),
  );
  return [...nodes, make("emitter", 1, settings.emitterPort), worker];
}
