/** What V8's profiler gives, as far as it is read here. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** A function's own share of the busy time, without what it calls. */
export interface SelfTime {
  name: string;
  share: number;
}

const idle = new Set(["(idle)", "(program)", "(root)"]);

/** A place in a file, from the project's or the package's folder on. */
function placeOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  const file = url.includes("/node_modules/")
    ? url.replace(/^.*\/node_modules\//, "")
    : url.replace(/^.*\/dist\//, "");
  return `${name} ${file}:${lineNumber + 1}`;
}

/** The functions that take most of the busy time, the costliest first. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, count: number): SelfTime[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, i) => {
    const place = places.get(id) ?? "?";
    if (idle.has(place)) return;
    const time = timeDeltas[i] ?? 0;
    busy += time;
    times.set(place, (times.get(place) ?? 0) + time);
  });
  return [...times]
    .map(([name, time]) => ({ name, share: time / busy }))
    .sort((a, b) => b.share - a.share)
    .slice(0, count);
}
