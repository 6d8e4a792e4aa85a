import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Folders where package managers put servers and that an ordinary account's PATH may lack. */
const extraFolders = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of the first of these programs that is installed; throws where there is none. */
export function findProgram(names: string[]): string {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...extraFolders].filter(Boolean);
  for (const name of names) {
    const folder = folders.find((each) => executable(join(each, name)));
    if (folder) return join(folder, name);
  }
  throw new Error(`${names.join(" or ")} is not installed`);
}
