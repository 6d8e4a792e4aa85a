import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { transformWithOxc } from "vite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepSecretIn } from "./kept-secret.js";
import { projectRoot } from "./paths.js";

const run = promisify(execFile);
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "parley-secret-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("makes a secret once, for its owner's eyes only", () => {
  const keep = keepSecretIn(folder);
  const first = keep("SESSION_SECRET", () => "a".repeat(40));
  expect(keep("SESSION_SECRET", () => "b".repeat(40))).toBe(first);
  expect(keep("CLUSTER_SECRET", () => "c".repeat(40))).toBe("c".repeat(40));
  expect(statSync(join(folder, "secrets", "session-secret")).mode & 0o777).toBe(0o600);
});

it("gives several processes that ask at once the same secret", { timeout: 30_000 }, async () => {
  const path = join(projectRoot, "server", "config", "kept-secret.ts");
  const { code } = await transformWithOxc(readFileSync(path, "utf8"), path);
  const program = join(folder, "ask.mjs");
  // All wait for the same moment, so that they really ask at once.
  writeFileSync(
    program,
    `${code}
     import { randomBytes } from "node:crypto";
     while (Date.now() < Number(process.argv[2])) {}
     process.stdout.write(keepSecretIn(process.argv[3])("SESSION_SECRET", () => randomBytes(32).toString("hex")));`,
  );
  const moment = String(Date.now() + 1500);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => run(process.execPath, [program, moment, folder])),
  );
  const secrets = answers.map(({ stdout }) => stdout);
  expect(secrets[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(secrets).size).toBe(1);
});
