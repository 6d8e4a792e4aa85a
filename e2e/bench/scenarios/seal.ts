import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../../compose/paths.js";
import { pinned } from "../cores.js";
import type { Figures, Row } from "../figures.js";
import type { Round, Scenario } from "./scenario.js";

const program = join(projectRoot, "dist/server/bus/seal.bench.js");

async function measureSeal({ tell }: Round): Promise<Row[]> {
  const [command, ...args] = pinned("server", [process.execPath, program]);
  const { stdout } = await promisify(execFile)(command, args);
  tell(stdout.trim());
  const figures = JSON.parse(stdout) as Figures;
  return [{ scenario: "seal", work: "one message", subject: "parley", figures }];
}

/** What proving where a message between nodes comes from costs. */
export const seal: Scenario = {
  name: "seal",
  title: "Sealing and opening a message between nodes (450 bytes)",
  parts: () => [measureSeal],
};
