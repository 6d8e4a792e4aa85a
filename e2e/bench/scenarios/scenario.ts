import type { Row } from "../figures.js";
import type { Services } from "../services.js";

/** What a scenario runs in. */
export interface Round {
  services: Services;
  /** Shorter and coarser, to end within the time of `--quick`. */
  isQuick: boolean;
  tell(line: string): void;
}

/** A measurement of one server, started for it and ended after it. */
export type Part = (round: Round) => Promise<Row[]>;

/** One kind of measurement. */
export interface Scenario {
  name: string;
  /** What it measures, for people. */
  title: string;
  /** Left out of `--quick`. */
  isSlow?: boolean;
  /** Only done when it is named. */
  isAsked?: boolean;
  /** Done one after the other in each round, the servers in turns. */
  parts(isQuick: boolean): Part[];
}
