import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { WrongUse } from "./wrong-use.js";

/** nginx' own folder below the data folder: its configuration, and the nodes' sockets. */
export const nginxFolder = (dataDir: string): string => join(dataDir, "nginx");

const fileOf = (instanceId: string): string => `${instanceId}.sock`;

/** Where a node listens for nginx. */
export const nodeSocket = (dataDir: string, instanceId: string): string =>
  join(nginxFolder(dataDir), fileOf(instanceId));

/**
 * How nginx names that socket: from the folder it runs in, because its workers are somebody else's where root starts
 * it, and may not walk through a data folder that is root's alone.
 */
export const socketForNginx = (instanceId: string): string => `unix:${fileOf(instanceId)}`;

/** Makes the folder, which nginx' workers may go into whatever the umask. */
export function prepareSockets(dataDir: string): void {
  mkdirSync(nginxFolder(dataDir), { recursive: true });
  chmodSync(nginxFolder(dataDir), 0o711);
}

const pathMax = 100;

/** Throws where the data folder lies so deep that its nodes' sockets would have longer paths than systems take. */
export function assertSocketsFit(dataDir: string, nodes: number): void {
  const longest = nodeSocket(dataDir, `node-${nodes}`);
  if (Buffer.byteLength(longest) > pathMax)
    throw new WrongUse(
      `UNIX_SOCKETS: ${longest} is longer than ${pathMax} bytes; give DATA_DIR a shorter path`,
    );
}
