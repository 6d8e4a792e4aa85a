import { availableParallelism, cpus, release } from "node:os";
import { canPin } from "./cores.js";

/** What the figures were measured on, in one line. */
export function describeMachine(settings: Record<string, string>): string {
  const pinning = canPin ? "servers on core 0, all others beside it" : "nothing pinned to a core";
  const changed = Object.entries(settings)
    .map(([name, value]) => `, ${name}=${value}`)
    .join("");
  return `${cpus()[0]?.model ?? "unknown CPU"}, ${availableParallelism()} cores, ${process.platform} ${release()}, Node ${process.versions.node}, ${pinning}${changed}`;
}
