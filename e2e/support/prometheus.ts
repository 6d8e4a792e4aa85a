import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../compose/paths.js";
import { findProgram } from "../../compose/programs.js";
import { startServer, type RunningServer } from "../../compose/running-server.js";

/** Where the shipped configuration is. */
export const prometheusFolder = join(projectRoot, "compose", "prometheus");

/** Runs promtool on the shipped files; returns what it prints, whatever its exit code. */
export async function promtool(args: string[], input = ""): Promise<{ code: number; output: string }> {
  const running = promisify(execFile)(findProgram(["promtool"]), args, { cwd: prometheusFolder });
  running.child.stdin?.end(input);
  try {
    const { stdout, stderr } = await running;
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

/** The shipped configuration with this cluster's addresses and key, and the shipped rules; returns its path. */
export function writeConfiguration(
  dataDir: string,
  key: string,
  targets: { role: string; url: string }[],
): string {
  const folder = join(dataDir, "prometheus");
  mkdirSync(folder, { recursive: true });
  const keyFile = join(folder, "key");
  writeFileSync(keyFile, key);
  const listOf = (role: string) =>
    JSON.stringify(targets.filter((each) => each.role === role).map(({ url }) => new URL(url).host));
  const text = readFileSync(join(prometheusFolder, "prometheus.yml"), "utf8")
    .replace("/run/secrets/metrics-api-key", keyFile)
    .replace("alerts.yml", join(prometheusFolder, "alerts.yml"))
    .replace(/\["node-1:.*\]/, listOf("node"))
    .replace(/\["emitter:.*\]/, listOf("emitter"))
    .replace(/\["worker:.*\]/, listOf("worker"));
  const path = join(folder, "prometheus.yml");
  writeFileSync(path, text);
  return path;
}

/** Starts a Prometheus of one's own on a configuration. */
export function startPrometheus(
  dataDir: string,
  configuration: string,
  port: number,
): Promise<RunningServer> {
  const url = `http://127.0.0.1:${port}`;
  const folder = join(dataDir, "prometheus");
  const args = [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--log.level=error",
  ];
  const command = findProgram(["prometheus"]);
  const program = { name: "prometheus", command, args, cwd: folder, env: process.env };
  const check = async () => {
    const { ok, status } = await fetch(`${url}/-/ready`);
    if (!ok) throw new Error(`prometheus answers ${status}`);
  };
  return startServer({ program, url }, check, [["SIGTERM", 5_000]]);
}
