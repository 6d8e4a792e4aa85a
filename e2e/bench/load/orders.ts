import type { CrowdInput } from "./crowd.js";
import type { Talk, TalkInput } from "./talk.js";

/** What the load's process is told to do, by name: input and answer. */
export interface Orders {
  /** Brings a crowd in, in place of the last one; tells how long that took. */
  bring: { input: CrowdInput; answer: { seconds: number } };
  talk: { input: TalkInput; answer: Talk };
  /** Waits until everybody who was cut is back; null when that takes longer than a minute. */
  comeback: { input: { cutAt: number }; answer: Comeback | null };
  /** Lets all go. */
  dismiss: { input: null; answer: null };
}

/** How those came back who were cut. */
export interface Comeback {
  count: number;
  /** From the cut, by the wall clock, until the last one had all it missed. */
  seconds: number;
  /** What was not given to whom it should have been. */
  missing: number;
}

/** An order on its way to the process. */
export type Order = { [N in keyof Orders]: { id: number; name: N; input: Orders[N]["input"] } }[keyof Orders];

/** The process's answer. */
export type OrderAnswer = { id: number; answer: unknown } | { id: number; error: string };
