import { expect, it } from "vitest";
import type { Program } from "./process.js";
import { keepRunning } from "./supervisor.js";
import { waitUntil } from "./wait.js";

const silent = { line: () => undefined, note: () => undefined };

function program(code: string): Program {
  return { name: "it", command: process.execPath, args: ["-e", code], cwd: ".", env: process.env };
}

it("starts a killed process again, and not after it was stopped", async () => {
  let replaced = 0;
  const kept = await keepRunning(program("setInterval(() => {}, 1000)"), silent, () => replaced++);
  const first = kept.pid();
  process.kill(first, "SIGKILL");
  const check = () => (replaced === 1 ? Promise.resolve() : Promise.reject(new Error("not yet")));
  await waitUntil({ what: "the second process", check, deadlineMs: 5000 });
  const second = kept.pid();
  expect(second).not.toBe(first);
  await kept.stop([["SIGTERM", 5000]]);
  expect(() => process.kill(second, 0)).toThrow(/ESRCH/);
  expect(replaced).toBe(1);
});

it("ends what ignores its signal", async () => {
  const code = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)";
  let isUp = (): void => undefined;
  const up = new Promise<void>((resolve) => (isUp = resolve));
  const kept = await keepRunning(program(code), { ...silent, line: () => isUp() }, () => undefined);
  await up;
  await kept.stop([["SIGTERM", 200]]);
  expect(() => process.kill(kept.pid(), 0)).toThrow(/ESRCH/);
});

it("gives up waiting for a process that refuses its configuration", async () => {
  const kept = await keepRunning(
    program("console.log('PORT: wrong'); process.exit(2)"),
    silent,
    () => undefined,
  );
  const never = () => Promise.reject(new Error("nothing there"));
  await expect(kept.ready("to be ready", never)).rejects.toThrow(/code 2.*PORT: wrong/);
  await kept.stop([["SIGTERM", 1000]]);
});
