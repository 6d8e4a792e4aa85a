import { parseArgs } from "node:util";

/** What is to be done. */
export interface BenchOptions {
  isQuick: boolean;
  /** Names of the scenarios; all that belong to the form when not given. */
  only: string[] | undefined;
  rounds: number;
  save: string | undefined;
  against: string | undefined;
  /** A saved result that is shown in place of a new one. */
  from: string | undefined;
  write: boolean;
  /** Settings of Parley's nodes that differ from the defaults. */
  settings: Record<string, string>;
}

function readSettings(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined) throw new Error(`--set needs NAME=VALUE, not "${text}"`);
      return [name, value];
    }),
  );
}

/** Reads the arguments; throws on a wrong one. */
export function readArguments(args: string[], scenarios: readonly string[]): BenchOptions {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args,
    options: {
      quick: flag,
      only: text,
      rounds: text,
      save: text,
      against: text,
      from: text,
      write: flag,
      set: { type: "string", multiple: true, default: [] },
    },
  });
  const only = values.only?.split(",").map((name) => name.trim());
  const unknown = only?.find((name) => !scenarios.includes(name));
  if (unknown !== undefined) throw new Error(`--only knows ${scenarios.join(", ")}, not "${unknown}"`);
  const rounds = values.rounds === undefined ? (values.quick ? 1 : 3) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds must be a whole number above 0");
  return {
    isQuick: values.quick,
    only,
    rounds,
    save: values.save,
    against: values.against,
    from: values.from,
    write: values.write,
    settings: readSettings(values.set),
  };
}
