import { WrongUse } from "./wrong-use.js";

/** What each port is for and which variable moves it. */
export interface PortUse {
  port: number;
  host: string;
  what: string;
  variable: string;
}

/** What decides on the ports. */
export interface PortSettings {
  single: boolean;
  ownPostgres: boolean;
  ownRedis: boolean;
  nodes: number;
  httpHost: string;
  httpPort: number;
  nodePortBase: number;
  emitterPort: number;
  workerPort: number;
  redisPort: number;
  postgresPort: number;
}

/** Every port this cluster will listen on. */
export function portsOf(settings: PortSettings): PortUse[] {
  const host = "127.0.0.1";
  const uses: PortUse[] = [];
  if (settings.ownPostgres) {
    uses.push({ port: settings.postgresPort, host, what: "Postgres", variable: "POSTGRES_PORT" });
  }
  uses.push({ port: settings.workerPort, host, what: "the worker", variable: "WORKER_PORT" });
  const front = settings.single ? "the node" : "nginx";
  uses.push({ port: settings.httpPort, host: settings.httpHost, what: front, variable: "HTTP_PORT" });
  if (settings.single) return uses;
  if (settings.ownRedis) {
    uses.push({ port: settings.redisPort, host, what: "Redis", variable: "REDIS_PORT" });
  }
  uses.push({ port: settings.emitterPort, host, what: "the emitter", variable: "EMITTER_PORT" });
  for (let index = 0; index < settings.nodes; index++) {
    const what = `node-${index + 1}`;
    uses.push({ port: settings.nodePortBase + index, host, what, variable: "NODE_PORT_BASE" });
  }
  return uses;
}

/** Throws where two parts of the cluster want the same port, naming both. */
export function assertDistinct(uses: PortUse[]): void {
  const seen = new Map<number, PortUse>();
  for (const use of uses) {
    const other = seen.get(use.port);
    if (other) {
      throw new WrongUse(
        `port ${use.port} is wanted by ${other.what} (${other.variable}) and by ${use.what} (${use.variable})`,
      );
    }
    if (use.port > 65535) throw new WrongUse(`${use.variable} leaves no port for ${use.what}: ${use.port}`);
    seen.set(use.port, use);
  }
}
