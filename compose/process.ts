import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** What to run, and under which name it is known. */
export interface Program {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string | undefined>;
  /** Runs as another account; for programs that refuse root. */
  uid?: number;
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running process of ours. */
export interface Child {
  pid: number;
  exited: Promise<Exit>;
  /** Its pid may belong to somebody else from then on. */
  hasExited(): boolean;
}

/** A signal and how long it may take before the next one follows. */
export type StopStep = [signal: NodeJS.Signals, waitMs: number];

/** Says how a process ended, for people. */
export function describeExit({ code, signal }: Exit): string {
  return signal ? `ended by ${signal}` : `ended with code ${code}`;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

/**
 * Starts a program and hands on every line it prints. It leads a process group of its own, so that Ctrl-C in
 * the terminal reaches only the runner, which then stops everything in order.
 */
export function launch(program: Program, onLine: (line: string) => void): Promise<Child> {
  const { command, args, cwd, env, uid } = program;
  return new Promise((resolve, reject) => {
    const identity = uid === undefined ? {} : { uid, gid: uid };
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      ...identity,
    });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine);
    child.once("error", (error) => reject(new Error(`${program.name} cannot be started: ${error.message}`)));
    child.once("spawn", () => {
      const pid = child.pid ?? 0;
      const exited = new Promise<Exit>((settle) => {
        child.once("exit", (code, signal) => {
          // A killed nginx leaves workers behind that would hold its port.
          signalGroup(pid, "SIGKILL");
          settle({ code, signal });
        });
      });
      const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
      resolve({ pid, exited, hasExited });
    });
  });
}

/** Ends a process by the given signals, each with its time, and at last by SIGKILL; resolves when it is gone. */
export async function endChild(child: Child, steps: StopStep[]): Promise<Exit> {
  for (const [signal, waitMs] of steps) {
    if (!child.hasExited()) signalOne(child.pid, signal);
    const exit = await Promise.race([child.exited, sleep(waitMs, undefined, { ref: false })]);
    if (exit) return exit;
  }
  killChild(child);
  return child.exited;
}

/** Ends a process and its group at once. */
export function killChild(child: Child): void {
  if (!child.hasExited()) signalGroup(child.pid, "SIGKILL");
}
