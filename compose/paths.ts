import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

function nearestPackage(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
  return nearestPackage(parent);
}

/** The project's own folder, whether this runs from dist/ or straight from the sources. */
export const projectRoot = nearestPackage(import.meta.dirname);
