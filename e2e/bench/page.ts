import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../compose/paths.js";
import type { Row } from "./figures.js";
import { goalsTable } from "./goals.js";
import { drawBars, type BarChart } from "./plot.js";
import type { BenchResult } from "./result.js";
import { scalingSections } from "./scaling/page.js";
import { scenarios } from "./scenarios/all.js";
import { readable, rowsTable } from "./tables.js";

const begin = "<!-- npm run bench -- --write: from here -->";
const end = "<!-- npm run bench -- --write: to here -->";

interface Plot {
  file: string;
  scenario: string;
  figure: string;
  title: string;
}

const plots: Plot[] = [
  {
    file: "fan-out.svg",
    scenario: "fan-out",
    figure: "server CPU s/M",
    title: "Server CPU seconds for a million deliveries (less is better)",
  },
  {
    file: "latency.svg",
    scenario: "fan-out",
    figure: "delivery p99 ms",
    title: "Delivery p99 in ms, from the time a message was due (less is better)",
  },
  {
    file: "capacity.svg",
    scenario: "capacity",
    figure: "messages/s",
    title: "Stored messages a second on one core at p99 <= 100 ms (more is better)",
  },
  {
    file: "appends.svg",
    scenario: "appends",
    figure: "node + database µs",
    title: "CPU of node and database for a stored message, µs (less is better)",
  },
];

/** The bars of a plot: a group for each work, a bar for each server. */
export function chartOf(rows: readonly Row[], { scenario, figure, title }: Omit<Plot, "file">): BarChart {
  const own = rows.filter((row) => row.scenario === scenario && row.figures[figure] !== undefined);
  const works = [...new Set(own.map(({ work }) => work))];
  const barsOf = (name: string) =>
    own
      .filter(({ work }) => work === name)
      .map(({ subject, figures }) => ({ name: subject, value: figures[figure] ?? 0 }));
  return { title, groups: works.map((name) => ({ name, bars: barsOf(name) })) };
}

function sections({ machine, at, rounds, rows }: BenchResult): string {
  const measured = scenarios.flatMap(({ name, title }) => {
    const own = rows.filter(({ scenario }) => scenario === name);
    if (own.length === 0) return [];
    const pictures = plots
      .filter(({ scenario }) => scenario === name)
      .map(({ file, title: alt }) => `![${alt}](performance/${file})\n\n`);
    return [`### ${title}\n\n${pictures.join("")}${rowsTable(own)}`];
  });
  const goals = goalsTable(rows);
  const of = `Measured ${at.slice(0, 10)}, medians of ${rounds} rounds: ${machine}.`;
  return [of, ...(goals === "" ? [] : [`### Goals\n\n${goals}`]), ...measured].join("\n\n");
}

/** Puts what was measured between the marks of the page; what is around them stays. */
export function fillPage(page: string, content: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) return `${page.trimEnd()}\n\n${begin}\n\n${content}\n\n${end}\n`;
  return `${page.slice(0, from)}${begin}\n\n${content}\n\n${page.slice(to)}`;
}

/** Writes tables and plots into docs/. */
export async function writePage(result: BenchResult): Promise<void> {
  const folder = join(projectRoot, "docs", "performance");
  await mkdir(folder, { recursive: true });
  for (const plot of plots) {
    const chart = chartOf(result.rows, plot);
    if (chart.groups.length > 0) await writeFile(join(folder, plot.file), drawBars(chart, readable));
  }
  await fill("performance.md", "# Performance\n", sections(result));
  const scaling = scalingSections(result);
  if (scaling !== null) await fill("scaling.md", "# Scaling\n", scaling);
}

async function fill(name: string, empty: string, content: string): Promise<void> {
  const path = join(projectRoot, "docs", name);
  const page = await readFile(path, "utf8").catch(() => empty);
  await writeFile(path, fillPage(page, content));
}
