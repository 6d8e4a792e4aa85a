import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Reads a secret kept in `dataDir`, or makes and keeps it. Several processes may ask at once: the first file wins,
 * and all of them return what it holds.
 */
export function keepSecretIn(dataDir: string): (name: string, make: () => string) => string {
  return (name, make) => {
    const folder = join(dataDir, "secrets");
    const path = join(folder, name.toLowerCase().replaceAll("_", "-"));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(path, make(), { flag: "wx", mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return readKept(path);
  };
}

/** The winner creates the file before it writes into it: an empty one is read again. */
function readKept(path: string): string {
  for (let tries = 0; tries < 100; tries += 1) {
    const secret = readFileSync(path, "utf8");
    if (secret.length >= 32) return secret;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  throw new Error(`${path} holds no secret; remove it to have a new one made`);
}
