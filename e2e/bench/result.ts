import type { Row } from "./figures.js";

/** What a run found, as `--save` keeps it. */
export interface BenchResult {
  machine: string;
  at: string;
  rounds: number;
  rows: Row[];
  /** Measurements that came to no figures: something was lost, doubled, refused or did not start. */
  failures: string[];
}
