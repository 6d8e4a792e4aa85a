// `npm run soak`: fault runs one after another, each with its own seed and in a cluster of its own.

import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mergeMeasures } from "./measures.js";
import { describeMeasures, describeRun, repeatCommand } from "./report.js";
import { run as runOnce, type RunOptions, type RunResult } from "./run.js";
import { readArguments } from "./soak-options.js";
import { summarize } from "./summary.js";
import { startWorld, type World } from "./world.js";

/** Ctrl-C must not leave a cluster behind; returns what ends this care. */
function stopOnSignal(world: World): () => void {
  const stop = () => void world.stop().finally(() => process.exit(130));
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, stop);
  return () => signals.forEach((signal) => process.off(signal, stop));
}

/** Runs one seed in a fresh cluster; what is needed to look into a failure is kept. */
async function runSeed(options: RunOptions, out: string): Promise<RunResult> {
  const world = await startWorld();
  const forget = stopOnSignal(world);
  const folder = join(out, `seed-${options.seed}`);
  const keepLogs = () => cp(join(world.stack.dataDir, "logs"), folder, { recursive: true });
  try {
    const result = await runOnce(world, options, (line) => console.log(`  ${line}`));
    if (result.violations.length > 0) {
      await keepLogs();
      await writeFile(join(folder, "record.json"), JSON.stringify(result.record));
    }
    return result;
  } catch (error) {
    await keepLogs();
    throw error;
  } finally {
    forget();
    await world.stop();
  }
}

/** Runs all seeds; the result is the exit code. */
export async function run(args: string[]): Promise<number> {
  const { seeds, out, options } = readArguments(args, process.env);
  await mkdir(out, { recursive: true });
  const results: RunResult[] = [];
  let broken = 0;
  for (let i = 0; i < seeds; i += 1) {
    const own = { ...options, seed: options.seed + i };
    console.log(`run ${i + 1} of ${seeds}: ${repeatCommand(own)}`);
    try {
      const result = await runSeed(own, out);
      // The record of a run is large and no more needed.
      results.push({ ...result, record: { ...result.record, views: [], actions: [], logs: {} } });
      console.log(describeRun(result));
      for (const { instanceId, fromMb, toMb, mbPerMinute } of result.memory)
        console.log(`memory of ${instanceId}: ${fromMb} to ${toMb} MB, ${mbPerMinute} MB a minute`);
      await writeFile(join(out, "summary.json"), `${JSON.stringify(summarize(results), null, 2)}\n`);
    } catch (error) {
      broken += 1;
      console.error(`seed ${own.seed} did not come to its end:`, error);
    }
  }
  const all = mergeMeasures(results.map(({ measures }) => measures));
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0);
  console.log(describeMeasures(all, mergeMeasures(results.map(({ behindNginx }) => behindNginx))));
  console.log(
    `${results.length} runs, ${all.sends} messages, ${all.actions - all.sends} other actions, ` +
      `${violations} violations, ${broken} runs that did not end; figures in ${join(out, "summary.json")}`,
  );
  return violations + broken === 0 ? 0 : 1;
}
