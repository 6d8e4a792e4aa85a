import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Role } from "./roles.js";

/** One running process of the cluster. */
export interface ClusterProcess {
  role: Role | "redis" | "postgres" | "nginx";
  instanceId: string;
  pid: number;
  port: number;
  url: string;
}

/** What other programs may know of a running cluster. */
export interface Cluster {
  url: string;
  admin: { name: string };
  processes: ClusterProcess[];
}

function pathIn(dataDir: string): string {
  return join(dataDir, "cluster.json");
}

/** Replaces `cluster.json` at once: a reader sees the old one or the new one. It holds a password: owner only. */
export function writeCluster(dataDir: string, cluster: Cluster): void {
  const path = pathIn(dataDir);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(cluster, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** The cluster that runs with this data folder, or was killed there; undefined where there is none. */
export function readCluster(dataDir: string): Cluster | undefined {
  try {
    return JSON.parse(readFileSync(pathIn(dataDir), "utf8")) as Cluster;
  } catch {
    return undefined;
  }
}

/** Removes `cluster.json`, if it is there. */
export function removeCluster(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true });
}
