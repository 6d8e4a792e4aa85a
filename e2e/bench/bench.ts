// `npm run bench`: what Parley costs, beside what a user could take in its place. All servers are measured in one run,
// round by round, so that whatever else the machine does hits all of them.

import { readFile, writeFile } from "node:fs/promises";
import { compare, describeChanges } from "./compare.js";
import { mergeRounds, type Row } from "./figures.js";
import { goalsTable } from "./goals.js";
import { describeMachine } from "./machine.js";
import { readArguments, type BenchOptions } from "./options.js";
import { writePage } from "./page.js";
import type { BenchResult } from "./result.js";
import { isStopped, stopAll } from "./running.js";
import { scenarios } from "./scenarios/all.js";
import type { Scenario } from "./scenarios/scenario.js";
import { startServices, type Services } from "./services.js";
import { rowsTable } from "./tables.js";

const chosen = ({ only, isQuick }: BenchOptions): Scenario[] =>
  scenarios.filter(({ name, isSlow, isAsked }) => only?.includes(name) ?? !(isAsked || (isQuick && isSlow)));

async function measureAll(
  services: Services,
  options: BenchOptions,
): Promise<Pick<BenchResult, "rows" | "failures">> {
  const { isQuick, rounds } = options;
  const rows: Row[] = [];
  const failures: string[] = [];
  const tell = (line: string) => console.log(`  ${line}`);
  for (let number = 0; number < rounds; number += 1)
    for (const { name, parts } of chosen(options)) {
      console.log(`round ${number + 1} of ${rounds}: ${name}`);
      for (const part of parts(isQuick))
        try {
          rows.push(...(await part({ services, isQuick, tell })));
        } catch (error) {
          // Ctrl-C: the process ends when all else has.
          if (isStopped()) return await new Promise<never>(() => {});
          failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
          tell(`FAILED: ${failures.at(-1)}`);
        }
    }
  return { rows: mergeRounds(rows), failures };
}

function print({ rows, machine, rounds, failures }: BenchResult): void {
  for (const { name, title } of scenarios) {
    const own = rows.filter(({ scenario }) => scenario === name);
    if (own.length > 0) console.log(`\n${title}\n\n${rowsTable(own)}`);
  }
  console.log(`\n${goalsTable(rows)}\n\n${machine}; medians of ${rounds}`);
  if (failures.length > 0) console.log(`\nFAILED:\n${failures.join("\n")}`);
}

const readResult = async (file: string) => JSON.parse(await readFile(file, "utf8")) as BenchResult;

/** Compares with a saved result; whether anything became slower. */
async function tellChanges(file: string, result: BenchResult): Promise<boolean> {
  const before = await readResult(file);
  const changes = compare(before, result);
  console.log(`\nagainst ${file} of ${before.at}:\n${describeChanges(changes)}`);
  return changes.some(({ isSlower }) => isSlower);
}

/** Ctrl-C must not leave a database behind. */
function stopOnSignal(): void {
  const stop = () => void stopAll().finally(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
}

async function measure(options: BenchOptions): Promise<BenchResult> {
  stopOnSignal();
  try {
    const services = await startServices(options.settings);
    const measured = await measureAll(services, options);
    return {
      machine: describeMachine(options.settings),
      at: new Date().toISOString(),
      rounds: options.rounds,
      ...measured,
    };
  } finally {
    await stopAll();
  }
}

/** Measures what the arguments say; the result is the exit code. */
export async function run(args: string[]): Promise<number> {
  const names = scenarios.map(({ name }) => name);
  const options = readArguments(args, names);
  if (process.platform !== "linux")
    throw new Error("npm run bench reads CPU times from /proc: it needs Linux");
  const startedAt = performance.now();
  const result = options.from === undefined ? await measure(options) : await readResult(options.from);
  print(result);
  console.log(`${Math.round((performance.now() - startedAt) / 1000)} s`);
  if (options.save) await writeFile(options.save, `${JSON.stringify(result, null, 2)}\n`);
  if (options.write) await writePage(result);
  const isSlower = options.against !== undefined && (await tellChanges(options.against, result));
  return isSlower || result.failures.length > 0 ? 1 : 0;
}
