import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../../compose/paths.js";
import { parts, type Part } from "./faults.js";
import type { RunOptions } from "./run.js";

/** What is to be done. */
export interface Soak {
  seeds: number;
  out: string;
  options: RunOptions;
}

function number(name: string, text: string | undefined, standard: number): number {
  const value = text === undefined || text === "" ? standard : Number(text);
  if (Number.isNaN(value) || value < 0) throw new Error(`--${name} must be a number, not "${text}"`);
  return value;
}

function partOf(text: string | undefined): Part | undefined {
  const part = parts.find((one) => one === text);
  if (text !== undefined && part === undefined) throw new Error(`--only must be one of ${parts.join(", ")}`);
  return part;
}

/** Reads the arguments, and the environment where there are none; throws on a wrong one. */
export function readArguments(args: string[], env: NodeJS.ProcessEnv): Soak {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      seeds: text,
      seed: text,
      seconds: text,
      blows: text,
      rate: text,
      people: text,
      rooms: text,
      together: text,
      only: text,
      out: text,
    },
  });
  const minutes = number("SOAK_MINUTES", env.SOAK_MINUTES, 1);
  const isOne = values.seed !== undefined && values.seeds === undefined;
  return {
    seeds: number("seeds", values.seeds ?? (isOne ? "1" : env.SOAK_SEEDS), 5),
    out: resolve(projectRoot, values.out ?? "var/soak"),
    options: {
      seed: number("seed", values.seed, Math.floor(Math.random() * 2 ** 31)),
      seconds: number("seconds", values.seconds ?? env.SOAK_SECONDS, minutes * 60),
      blows: number("blows", values.blows, Infinity),
      people: number("people", values.people, 30),
      rooms: number("rooms", values.rooms, 3),
      perSecond: number("rate", values.rate, 20),
      together: number("together", values.together, 0.2),
      only: partOf(values.only),
    },
  };
}
