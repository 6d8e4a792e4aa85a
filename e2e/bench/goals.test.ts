import { expect, it } from "vitest";
import type { Row } from "./figures.js";
import { goalsTable } from "./goals.js";

const rows = (parley: number): Row[] =>
  Object.entries({ parley, plain: 7 }).map(([subject, cpu]) => ({
    scenario: "fan-out",
    work: "hot sat",
    subject,
    figures: { "server CPU s/M": cpu },
  }));

it.each([
  [1, "missed"],
  [0.5, "floor"],
  [0.3, "aim"],
])("says what a cost of %d beside 7 reaches: %s", (parley, reached) => {
  expect(goalsTable(rows(parley))).toMatch(new RegExp(`hot sat: .* ${reached} +\\|`));
});

it("takes nginx' goal from the Unix socket", () => {
  const behind = Object.entries({ parley: 0.4, "parley, Unix socket": 0.3, plain: 1 }).map(
    ([subject, cpu]) => ({
      scenario: "nginx",
      work: "hot 160/s",
      subject,
      figures: { "node + nginx CPU s/M": cpu },
    }),
  );
  expect(goalsTable(behind)).toMatch(/Unix socket, to plain over TCP \| +0\.3\d* \| .* floor +\|/);
});

it.each([
  ["writers", "", "the writer alone"],
  ["appends", ", 1 node", "over sockets"],
])("takes what storing costs from %s%s, and says that it is %s", (scenario, nodes, what) => {
  const row = (work: string, subject: string, micros: number, ack: number): Row => ({
    scenario,
    work: work + nodes,
    subject,
    figures: { "node + database µs": micros, "ack p99 ms": ack },
  });
  const table = goalsTable([
    row("1 room", "parley", 20, 6),
    row("1 room", "plain, counter", 600, 50),
    { ...row("1 room", "parley", 20, 16), work: `1 room${nodes}, flush +2 ms` },
  ]);
  expect(table).toMatch(new RegExp(`${what}, 1 room: node .* 30\\.0 .* aim +\\|`));
  expect(table).toMatch(new RegExp(`${what}, 1 room: ack p99 at 64 in flight, ms .* floor +\\|`));
  expect(table).toMatch(new RegExp(`${what}, 1 room: .* 2 ms more per flush, ms .* missed +\\|`));
  expect(table.split("\n")).toHaveLength(5);
});

it("is silent about what was not measured", () => {
  expect(goalsTable([])).toBe("");
  expect(goalsTable(rows(1)).split("\n")).toHaveLength(3);
});
