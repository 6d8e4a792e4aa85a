import { readdirSync, readFileSync } from "node:fs";

/** A process's CPU times and family, of /proc/<pid>/stat. */
export interface ProcessStat {
  pid: number;
  parent: number;
  /** User and system, its own and that of its children that ended, in ticks. */
  ticks: number;
}

/** The kernel counts in hundredths of a second for every program. */
const ticksPerSecond = 100;

/** Reads a line of /proc/<pid>/stat; the name in it may hold anything, blanks and brackets too. */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const number = (index: number) => Number(fields[index]);
  return {
    pid: Number.parseInt(line, 10),
    parent: number(1),
    ticks: number(11) + number(12) + number(13) + number(14),
  };
}

function readStats(): ProcessStat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

/** The processes themselves and all they started. */
export function familyOf(roots: readonly number[], stats: readonly ProcessStat[]): ProcessStat[] {
  const family = new Set(roots);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { pid, parent } of stats) if (family.has(parent)) family.add(pid);
  }
  return stats.filter(({ pid }) => family.has(pid));
}

/** CPU seconds that these processes and all they started have used so far. */
export function cpuSeconds(roots: readonly number[]): number {
  const family = familyOf(roots, readStats());
  return family.reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
}

/** Pids of these processes and all they started. */
export const familyPids = (roots: readonly number[]) => familyOf(roots, readStats()).map(({ pid }) => pid);

/** Starts to measure groups of processes; the returned function tells the CPU seconds of each since then. */
export function measureCpu<N extends string>(groups: Record<N, readonly number[]>): () => Record<N, number> {
  const names = Object.keys(groups) as N[];
  const read = () => names.map((name) => cpuSeconds(groups[name]));
  const before = read();
  return () => {
    const after = read();
    const used = names.map((name, i) => [name, (after[i] ?? 0) - (before[i] ?? 0)] as const);
    return Object.fromEntries(used) as Record<N, number>;
  };
}
