import { setTimeout as sleep } from "node:timers/promises";
import { countDeath, restartDelayMs } from "./backoff.js";
import type { LogSink } from "./log.js";
import { describeExit, endChild, killChild, launch } from "./process.js";
import type { Child, Program, StopStep } from "./process.js";
import { waitUntil } from "./wait.js";

/** A process that is kept running: whenever it dies it is started again, until it is stopped. */
export interface Kept {
  name: string;
  /** The pid of the process that runs now, or ran last. */
  pid(): number;
  /** Resolves when the check passes; rejects when the process keeps dying before that. */
  ready(what: string, check: () => Promise<void>): Promise<void>;
  /** Ends it in order and resolves when it is gone; it is not started again. */
  stop(steps: StopStep[]): Promise<void>;
  /** Ends it now; it is not started again. */
  kill(): void;
}

/** Deaths in a row after which a start is given up; a refused configuration (exit code 2) needs only one. */
const hopelessDeaths = 4;

/** Starts a program and keeps it running; `onReplaced` is called after each new start. */
export async function keepRunning(program: Program, log: LogSink, onReplaced: () => void): Promise<Kept> {
  const { name } = program;
  const stopping = new AbortController();
  let deaths = 0;
  let verdict: string | undefined;
  let lastLine = "";
  let child = await launch(program, record);
  const ended = supervise();

  function record(line: string): void {
    lastLine = line;
    log.line(line);
  }

  async function restart(): Promise<Child> {
    for (;;) {
      const delayMs = restartDelayMs(deaths);
      await sleep(delayMs, undefined, { signal: stopping.signal });
      try {
        return await launch(program, record);
      } catch (error) {
        deaths++;
        log.note("error", String(error));
      }
    }
  }

  async function supervise(): Promise<void> {
    for (;;) {
      const startedAt = Date.now();
      const exit = await child.exited;
      if (stopping.signal.aborted) return;
      deaths = countDeath(deaths, Date.now() - startedAt);
      if (exit.code === 2 || deaths >= hopelessDeaths) {
        verdict = `${name} ${describeExit(exit)}${lastLine ? `; its last line: ${lastLine}` : ""}`;
      }
      log.note("warn", `${describeExit(exit)}; it is started again in ${restartDelayMs(deaths)} ms`);
      try {
        child = await restart();
      } catch {
        return; // Stopped while it waited.
      }
      log.note("info", `started again with pid ${child.pid}`);
      onReplaced();
    }
  }

  return {
    name,
    pid: () => child.pid,
    ready: (what, check) => {
      const hopeless = (): void => {
        if (stopping.signal.aborted) throw new Error(`${name} was stopped while it started`);
        if (verdict !== undefined) throw new Error(verdict);
      };
      return waitUntil({ what: `${name} ${what}`, check, hopeless });
    },
    stop: async (steps) => {
      stopping.abort();
      await endChild(child, steps);
      await ended;
    },
    kill: () => {
      stopping.abort();
      killChild(child);
    },
  };
}
