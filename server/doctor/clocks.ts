import { notChecked, ok, warning, type Finding } from "./finding.js";

const skewMaxMs = 2000;

/** How far another clock is ahead of this machine's, ms; half of the round trip is taken for the way. */
export async function skewOf(ask: () => Promise<number>): Promise<number> {
  const from = Date.now();
  const theirs = await ask();
  return theirs - (from + Date.now()) / 2;
}

/** Compares the clocks of those that answered with this machine's. */
export function checkClocks(skews: Record<string, number | null>): Finding {
  const known = Object.entries(skews).flatMap(([name, ms]) => (ms === null ? [] : [{ name, ms }]));
  if (known.length === 0) return notChecked("clocks", "nobody answered");
  const wrong = known.filter(({ ms }) => Math.abs(ms) >= skewMaxMs);
  const tell = ({ name, ms }: { name: string; ms: number }) =>
    `${name} is ${(Math.abs(ms) / 1000).toFixed(1)} s ${ms < 0 ? "behind" : "ahead"}`;
  if (wrong.length > 0) return warning("clocks", `${wrong.map(tell).join(", ")}: let NTP set all clocks`);
  const worst = Math.max(...known.map(({ ms }) => Math.abs(ms)));
  return ok(
    "clocks",
    `this machine and ${known.map(({ name }) => name).join(", ")} within ${Math.ceil(worst)} ms`,
  );
}
