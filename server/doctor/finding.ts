import { messageOf } from "../metrics/log.js";

/** What a check found: one line of the doctor's report. */
export interface Finding {
  state: "ok" | "warning" | "failed" | "not checked";
  check: string;
  /** What is so; where it is not well, what to do. */
  text: string;
}

/** A finding of each state. */
export const ok = (check: string, text: string): Finding => ({ state: "ok", check, text });
export const warning = (check: string, text: string): Finding => ({ state: "warning", check, text });
export const failed = (check: string, text: string): Finding => ({ state: "failed", check, text });
export const notChecked = (check: string, text: string): Finding => ({ state: "not checked", check, text });

/** The finding as it is printed, on one line whatever a server's message holds. */
export function lineOf({ state, check, text }: Finding): string {
  return `${state.padEnd(11)}  ${check}: ${text.replaceAll(/\s+/g, " ")}`;
}

/** Where an address leads, for people: never with its password. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}${port === "" ? "" : `:${port}`}${pathname === "/" ? "" : pathname}`;
}

/** Why something failed; of several attempts at once (IPv6 and IPv4), the first one's reason. */
export function reasonOf(error: unknown): string {
  const causes = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  return messageOf(causes[0] ?? error);
}
