import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { killChild, launch, type Program } from "../../compose/process.js";
import { eventually } from "../support/eventually.js";

/** A disk with nothing on it but one folder. */
export interface SmallDisk {
  /** The program as one that sees the folder on this disk. */
  on(program: Program): Program;
  /** Takes all that is free, also what becomes free meanwhile. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  close(): void;
}

const asUser = ["--user", "--map-user=1000", "--map-group=1000"];
const script = `
mount -t tmpfs -o mode=700,size="$2"m tmpfs "$1.disk" && cp -a "$1/." "$1.disk" && mount --bind "$1.disk" "$1" &&
echo mounted && exec sleep infinity`;

/**
 * Moves a folder to a disk of its own of `mb`. It is mounted in a user namespace, for which no rights are needed where
 * the system allows these to everybody.
 */
export async function openSmallDisk(folder: string, mb: number): Promise<SmallDisk> {
  mkdirSync(`${folder}.disk`);
  const args = ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", folder, String(mb)];
  const program = { name: "disk", command: "unshare", args, cwd: "/", env: { PATH: process.env.PATH } };
  const lines: string[] = [];
  const holder = await launch(program, (line) => lines.push(line));
  const isMounted = () => {
    if (holder.hasExited())
      throw new Error(`a full disk needs mounts in a user namespace: ${lines.join("; ")}`);
    return lines.includes("mounted");
  };
  await eventually("the disk is mounted", isMounted);
  const ballast = join(
    `/proc/${holder.pid}/root`,
    folder,
    "..",
    `${folder.split("/").at(-1)}.disk`,
    "ballast",
  );
  let timer: NodeJS.Timeout | undefined;

  function take(): void {
    const file = openSync(ballast, "a");
    for (const size of [1_000_000, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as { code?: string }).code !== "ENOSPC") throw error;
      }
    }
    closeSync(file);
  }

  return {
    on({ command, args: own, ...rest }) {
      // Some programs refuse root, which is who one is in the namespace.
      const disguised = command === "unshare" ? own : [...asUser, command, ...own];
      const entry = ["--target", String(holder.pid), "--user", "--mount", "--preserve-credentials"];
      return { ...rest, command: "nsenter", args: [...entry, "--", "unshare", ...disguised] };
    },
    fill() {
      take();
      timer = setInterval(take, 100);
    },
    free() {
      clearInterval(timer);
      rmSync(ballast, { force: true });
    },
    close() {
      clearInterval(timer);
      killChild(holder);
    },
  };
}
