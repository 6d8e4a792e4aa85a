import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Redis processes of one test file's own, on free ports of this machine, in a folder of their own. */
export interface RedisServers {
  /** Starts one, also again on the port of one that was killed; `lines` are its configuration. */
  start(port: number, lines?: string[], args?: string[]): Promise<void>;
  signal(port: number, signal: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  kill(port: number): Promise<void>;
  /** Kills all of them and removes the folder. */
  close(): Promise<void>;
}

/** Ports that are free now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer().listen(0, "127.0.0.1");
      await once(probe, "listening");
      return probe;
    }),
  );
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(
    probes.map(async (probe) => {
      probe.close();
      await once(probe, "close");
    }),
  );
  return ports;
}

/** Makes the folder; nothing runs yet. */
export function createRedisServers(): RedisServers {
  const folder = mkdtempSync(join(tmpdir(), "parley-redis-"));
  const children = new Map<number, ChildProcess>();

  async function kill(port: number): Promise<void> {
    const child = children.get(port);
    if (child?.exitCode === null && child.signalCode === null && child.kill("SIGKILL"))
      await once(child, "exit");
  }

  return {
    async start(port, lines = [], args = []) {
      const file = join(folder, `${port}.conf`);
      const own = [`port ${port}`, "bind 127.0.0.1", `dir ${folder}`, 'save ""'];
      writeFileSync(file, [...own, ...lines].join("\n"));
      const child = spawn("redis-server", [file, ...args], { stdio: "ignore" });
      await once(child, "spawn");
      children.set(port, child);
    },
    signal: (port, signal) => void children.get(port)?.kill(signal),
    kill,
    async close() {
      await Promise.all([...children.keys()].map(kill));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
