import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../../compose/paths.js";
import { debounceSeconds, headLooks, heartbeatSeconds, looks } from "./counts.js";

const defaultMs = (name: string) => new RegExp(String.raw`${name}: ms\([^)]*, ([\d_]+)\)`);

/** Where the code says how often it does what the model counts. */
const said: [file: string, where: RegExp, ms: number][] = [
  ["bus/echo.ts", /const intervalMs = ([\d_]+)/, 1000],
  ["cluster/membership.ts", /const lookEveryMs = ([\d_]+)/, 1000 / looks],
  ["io/revocation.ts", /const everyMs = ([\d_]+)/, 5000],
  ["config/env.ts", defaultMs("HEARTBEAT_INTERVAL_MS"), heartbeatSeconds * 1000],
  ["config/env.ts", defaultMs("HEAD_POLL_INTERVAL_MS"), 1000 / headLooks],
  ["config/env.ts", defaultMs("PRESENCE_DEBOUNCE_MS"), debounceSeconds * 1000],
];

it.each(said)("counts as often as server/%s says by %s", async (file, where, ms) => {
  const text = await readFile(join(projectRoot, "server", file), "utf8");
  expect(Number(where.exec(text)?.[1]?.replaceAll("_", ""))).toBe(ms);
});
