import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "./paths.js";
import type { Program, StopStep } from "./process.js";
import { findProgram } from "./programs.js";
import { nginxFolder } from "./unix-sockets.js";

const run = promisify(execFile);
const templates = join(projectRoot, "nginx");

/** What the templates in nginx/ ask for. */
export interface NginxOptions {
  listen: string;
  /** Where each node is reached, as `host:port` or `unix:path`, which may start from nginx' folder. */
  nodes: string[];
  /** Balancers in front of this nginx: their X-Forwarded-For is believed, nobody else's. */
  realIpFrom: string[];
  connectionsPerAddress: number;
}

/** SIGQUIT lets requests under way finish; WebSockets would hold it for ever, so SIGTERM follows soon. */
export const nginxStop: StopStep[] = [
  ["SIGQUIT", 500],
  ["SIGTERM", 5_000],
];

function variables(options: NginxOptions): Record<string, string> {
  return {
    LISTEN: options.listen,
    NODES: options.nodes.map((node) => `server ${node} max_fails=2 fail_timeout=1s;`).join("\n"),
    SOCKETS: options.nodes.map((node) => `server ${node} max_fails=0;`).join("\n"),
    RESOLVER: "",
    REAL_IP_FROM: options.realIpFrom.map((network) => `set_real_ip_from ${network};`).join(" "),
    BALANCERS: options.realIpFrom.map((network) => `${network} 1;`).join(" "),
    CONNECTIONS_PER_ADDRESS: String(options.connectionsPerAddress),
    ACCESS_LOG: "off",
  };
}

/** Fills a template in; throws on a name that nobody gave a value. */
export function fillIn(template: string, values: Record<string, string>): string {
  // A comment may name a variable without meaning it.
  const lines = template.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  return lines.join("\n").replaceAll(/\$\{([A-Z_]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the nginx template asks for \${${name}}, which has no value`);
    return value;
  });
}

/** All of nginx's configuration, by file name. */
export function renderNginx(options: NginxOptions): Map<string, string> {
  const values = variables(options);
  const names = readdirSync(templates).filter((name) => name.endsWith(".template"));
  return new Map(
    names.map((name) => [
      name.slice(0, -".template".length),
      fillIn(readFileSync(join(templates, name), "utf8"), values),
    ]),
  );
}

/** Writes nginx's configuration below the data folder, has nginx check it, and says how to run it. */
export async function prepareNginx(dataDir: string, options: NginxOptions): Promise<Program> {
  const folder = nginxFolder(resolve(dataDir));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of renderNginx(options)) writeFileSync(join(folder, name), text);
  const command = findProgram(["nginx"]);
  const args = ["-p", `${folder}/`, "-c", "nginx.conf", "-e", "stderr"];
  try {
    await run(command, [...args, "-t", "-q"]);
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`nginx refuses its configuration: ${(stderr ?? String(error)).trim()}`, { cause: error });
  }
  return { name: "nginx", command, args, cwd: folder, env: process.env };
}
