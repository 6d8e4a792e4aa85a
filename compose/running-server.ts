import { endChild, killChild, launch } from "./process.js";
import type { Program, StopStep } from "./process.js";
import { waitUntil } from "./wait.js";

/** A running server: its address, its pid, and how to end it. */
export interface RunningServer {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a server without supervision and resolves when the check passes; where it does not, nothing is left. */
export async function startServer(
  { program, url }: { program: Program; url: string },
  check: () => Promise<void>,
  steps: StopStep[],
): Promise<RunningServer> {
  let lastLine = "";
  let ended = false;
  const child = await launch(program, (line) => (lastLine = line));
  void child.exited.then(() => (ended = true));
  const hopeless = (): void => {
    if (ended) throw new Error(`${program.name} did not start: ${lastLine}`);
  };
  try {
    await waitUntil({ what: program.name, check, hopeless });
  } catch (error) {
    killChild(child);
    throw error;
  }
  return { url, pid: child.pid, stop: () => endChild(child, steps).then(() => undefined) };
}
