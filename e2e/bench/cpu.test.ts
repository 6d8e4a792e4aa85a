import { expect, it } from "vitest";
import { cpuSeconds, familyOf, parseStat } from "./cpu.js";

const line = (pid: number, parent: number, name = "node") =>
  `${pid} (${name}) S ${parent} 1 1 0 -1 4194304 100 0 0 0 250 50 7 3 20 0 11 0 100 0 0`;

it("reads a line of /proc/<pid>/stat, whatever the program is called", () => {
  expect(parseStat(line(42, 7))).toEqual({ pid: 42, parent: 7, ticks: 310 });
  expect(parseStat(line(42, 7, "a) S 9 (b")).parent).toBe(7);
});

it("finds children and theirs, in any order", () => {
  const stats = [line(5, 4), line(4, 2), line(2, 1), line(3, 1)].map(parseStat);
  expect(familyOf([2], stats).map(({ pid }) => pid)).toEqual([5, 4, 2]);
});

it.runIf(process.platform === "linux")("sees this process work", () => {
  const before = cpuSeconds([process.pid]);
  const until = process.cpuUsage().user + 150_000;
  while (process.cpuUsage().user < until);
  expect(cpuSeconds([process.pid]) - before).toBeGreaterThan(0.1);
});
