import { readFileSync } from "node:fs";
import { nodes, type World } from "./world.js";

/** How a node's resident memory went, from its first to its last quarter; nodes that were replaced are left out. */
export interface MemoryCourse {
  instanceId: string;
  fromMb: number;
  toMb: number;
  mbPerMinute: number;
}

interface Sample {
  minutes: number;
  mb: number;
}

const everyMs = 2000;
/** Before this a process is still warming up. */
const warmMinutes = 1;

function readMb(pid: number): number | null {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return line ? Number(line[1]) / 1024 : null;
  } catch {
    // Gone, or a system without /proc.
    return null;
  }
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The straight line nearest to the samples, in MB a minute. */
export function slopeOf(samples: readonly Sample[]): number {
  const [x, y] = [mean(samples.map(({ minutes }) => minutes)), mean(samples.map(({ mb }) => mb))];
  const spread = samples.reduce((sum, { minutes }) => sum + (minutes - x) ** 2, 0);
  return spread === 0
    ? 0
    : samples.reduce((sum, { minutes, mb }) => sum + (minutes - x) * (mb - y), 0) / spread;
}

/** Samples the nodes' memory from now on; what it returns ends that and tells how it went. */
export function watchMemory(world: World): () => MemoryCourse[] {
  const startedAt = performance.now();
  const watched = nodes(world).map(({ instanceId, pid }) => ({ instanceId, pid, samples: [] as Sample[] }));
  const timer = setInterval(() => {
    const minutes = (performance.now() - startedAt) / 60_000;
    for (const { pid, samples } of watched) {
      const mb = readMb(pid);
      if (mb !== null && minutes > warmMinutes) samples.push({ minutes, mb });
    }
  }, everyMs);
  return () => {
    clearInterval(timer);
    const alive = new Set(nodes(world).map(({ pid }) => pid));
    return watched
      .filter(({ pid, samples }) => alive.has(pid) && samples.length >= 8)
      .map(({ instanceId, samples }) => {
        const quarter = Math.floor(samples.length / 4);
        const round = (value: number) => Math.round(value * 10) / 10;
        return {
          instanceId,
          fromMb: round(mean(samples.slice(0, quarter).map(({ mb }) => mb))),
          toMb: round(mean(samples.slice(-quarter).map(({ mb }) => mb))),
          mbPerMinute: round(slopeOf(samples)),
        };
      });
  };
}
