import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** Who runs where: the servers under test have a core for themselves, all others share the rest. */
export type Side = "server" | "load";

const hasTaskset = (() => {
  try {
    execFileSync("taskset", ["-c", "0", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** Whether processes can be kept on cores of their own here. */
export const canPin = hasTaskset && availableParallelism() >= 2;

const coresOf = (side: Side) => (side === "server" ? "0" : `1-${availableParallelism() - 1}`);

/** The same command, kept on its side's cores where that can be done. */
export function pinned(side: Side, command: [string, ...string[]]): [string, ...string[]] {
  return canPin ? ["taskset", "-c", coresOf(side), ...command] : command;
}

/** Moves running processes to their side's cores; what they start later follows. */
export function pin(side: Side, pids: number[]): void {
  if (!canPin) return;
  for (const pid of pids) execFileSync("taskset", ["-acp", coresOf(side), String(pid)], { stdio: "ignore" });
}
