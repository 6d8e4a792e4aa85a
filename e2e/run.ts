import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// What `npm test` runs once everything is installed and built: the checks, then all tests. Ends with one line that
// counts both, and with exit code 1 when anything failed.

const checks: [name: string, ...command: string[]][] = [
  ["types", "tsc", "-b"],
  ["lint, and imports that run one way", "oxlint", "--type-aware", "--deny-warnings"],
  ["format", "prettier", "--check", "."],
];

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Files that could not even be loaded count no test. */
  testResults: { status: string; assertionResults: unknown[] }[];
}

function runProgram(command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

async function runChecks(): Promise<{ passed: number; failed: number }> {
  const counts = { passed: 0, failed: 0 };
  for (const [name, command = "", ...args] of checks) {
    const code = await runProgram(command, args);
    console.log(`check: ${name}: ${code === 0 ? "passed" : "FAILED"}`);
    counts[code === 0 ? "passed" : "failed"] += 1;
  }
  return counts;
}

async function runTests(filters: string[]): Promise<{ passed: number; failed: number }> {
  const folder = await mkdtemp(join(tmpdir(), "parley-report-"));
  const file = join(folder, "report.json");
  try {
    const code = await runProgram("vitest", [
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
      ...filters,
    ]);
    const report = JSON.parse(await readFile(file, "utf8")) as Report;
    const broken = report.testResults.filter(
      (result) => result.status === "failed" && result.assertionResults.length === 0,
    );
    // A skipped test is one that did not pass; so is anything that made the runner itself fail.
    const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests + broken.length;
    return { passed: report.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs everything, or only the tests in files that match `filters`; returns the exit code. */
export async function run(filters: string[]): Promise<number> {
  const checked = filters.length === 0 ? await runChecks() : { passed: 0, failed: 0 };
  const tested = await runTests(filters);
  const failed = checked.failed + tested.failed;
  console.log(`${checked.passed + tested.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
