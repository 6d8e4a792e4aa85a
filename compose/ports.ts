import { readFile, readdir, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import type { PortUse } from "./port-plan.js";

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });
}

/** A port of the loopback address that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return listenOnce(0, "127.0.0.1");
}

async function refusal(use: PortUse): Promise<string | undefined> {
  try {
    await listenOnce(use.port, use.host);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code === "EADDRINUSE") return "is taken";
    if (code === "EACCES") return "may not be used by this account";
    return `cannot be used (${code})`;
  }
}

async function listeningInodes(port: number): Promise<Set<string>> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  const rows = tables.flatMap((table) => table.split("\n").map((row) => row.trim().split(/\s+/)));
  const listening = rows.filter((row) => row[1]?.endsWith(`:${hex}`) && row[3] === "0A");
  return new Set(listening.map((row) => `socket:[${row[9] ?? ""}]`));
}

async function holds(pid: string, sockets: Set<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return links.some((link) => sockets.has(link));
}

/** The processes that listen on a port, as far as this account may see; empty where there is no /proc. */
export async function holdersOf(port: number): Promise<{ pid: number; command: string }[]> {
  const sockets = await listeningInodes(port);
  if (sockets.size === 0) return [];
  const found: { pid: number; command: string }[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (!(await holds(pid, sockets))) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    found.push({ pid: Number(pid), command: line.split("\0").join(" ").trim().slice(0, 80) });
  }
  return found;
}

/** One line for each port that cannot be used: which, for what, by whom held, and what moves it. */
export async function takenPorts(uses: PortUse[], leftOver: Map<number, string>): Promise<string[]> {
  const lines: string[] = [];
  for (const use of uses) {
    const problem = await refusal(use);
    if (!problem) continue;
    const holders = (await holdersOf(use.port)).map(({ pid, command }) => {
      const known = leftOver.get(pid);
      return known
        ? `pid ${pid}, ${known} of a cluster started before with this DATA_DIR`
        : `pid ${pid}, ${command}`;
    });
    const by = holders.length > 0 ? ` by ${holders.join(" and by ")}` : "";
    lines.push(`port ${use.port} for ${use.what} ${problem}${by}; ${use.variable} moves it`);
  }
  return lines;
}
