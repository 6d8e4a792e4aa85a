import { createWriteStream, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** Where the lines of one process go: in full to its file, in short to the terminal. */
export interface LogSink {
  /** A line the process printed. */
  line(text: string): void;
  /** A line of the runner about the process. */
  note(level: Level, text: string): void;
}

const levels: Record<number, Level> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};
const levelColours: Record<Level, number> = {
  trace: 90,
  debug: 90,
  info: 32,
  warn: 33,
  error: 31,
  fatal: 35,
};
const nameColours = [36, 34, 35, 33, 32, 96, 94, 95];
const hiddenKeys = new Set([
  "time",
  "level",
  "msg",
  "pid",
  "hostname",
  "name",
  "instanceId",
  "role",
  "version",
  "v",
]);
const keptKeys = 5;
const largestFile = 20 * 1024 * 1024;

/** Whether the terminal is to be written to in colour. */
export function wantsColour(): boolean {
  return process.stdout.isTTY && !process.env["NO_COLOR"];
}

function paint(text: string, colour: number, colourful: boolean): string {
  return colourful ? `\u001b[${colour}m${text}\u001b[0m` : text;
}

function shortValue(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "object") {
    const message = "message" in value ? value.message : undefined;
    return typeof message === "string" ? JSON.stringify(message.slice(0, 200)) : undefined;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\w.:/@-]+$/.test(text) ? text : JSON.stringify(text.slice(0, 200));
}

function details(entry: Record<string, unknown>): string {
  const pairs = Object.entries(entry)
    .filter(([key]) => !hiddenKeys.has(key))
    .flatMap(([key, value]) => {
      const text = shortValue(value);
      return text === undefined ? [] : [`${key}=${text}`];
    });
  return pairs.slice(0, keptKeys).join(" ");
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function clock(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

function timeOf(value: unknown): Date {
  const at = new Date(typeof value === "number" || typeof value === "string" ? value : Date.now());
  return Number.isNaN(at.getTime()) ? new Date() : at;
}

/** One line for people: time, who, level, message and a few details, whether or not the input was JSON. */
export function prettyLine(who: string, line: string, colourful: boolean, colour = 36): string {
  const entry = parse(line);
  const label = paint(who.padEnd(9), colour, colourful);
  // What is no JSON comes from Redis, Postgres or nginx; control characters have no business in a terminal.
  if (!entry) return `${clock(new Date())} ${label} ${line.replace(/\p{Cc}/gu, " ")}`;
  const level = levels[Number(entry["level"])] ?? "info";
  const message = typeof entry["msg"] === "string" ? JSON.stringify(entry["msg"]).slice(1, -1) : "";
  const parts = [clock(timeOf(entry["time"])), label, paint(level.padEnd(5), levelColours[level], colourful)];
  return [...parts, message, paint(details(entry), 90, colourful)].join(" ").trimEnd();
}

function fileFor(folder: string, name: string): (text: string) => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.log`);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largestFile) renameSync(path, `${path}.1`);
  const stream = createWriteStream(path, { flags: "a" });
  stream.on("error", () => undefined); // A full disk must not end the runner.
  return (text) => stream.write(`${text}\n`);
}

let named = 0;

/** Opens the log of one process: everything in `<folder>/<name>.log`, pretty lines on stdout. */
export function openLog(folder: string, name: string): LogSink {
  const write = fileFor(folder, name);
  const colourful = wantsColour();
  const colour = nameColours[named++ % nameColours.length] ?? 36;
  const show = (line: string): void => console.log(prettyLine(name, line, colourful, colour));
  return {
    line: (text) => {
      write(text);
      if (text.trim() !== "") show(text);
    },
    note: (level, text) => {
      const number = Object.entries(levels).find(([, word]) => word === level)?.[0] ?? 30;
      const line = JSON.stringify({ level: Number(number), time: Date.now(), msg: text, runner: true });
      write(line);
      show(line.replace(',"runner":true', ""));
    },
  };
}
