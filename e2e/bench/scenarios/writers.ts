import { join } from "node:path";
import { projectRoot } from "../../../compose/paths.js";
import { runAlone } from "../alone.js";
import type { Row } from "../figures.js";
import { setFlush } from "../flush.js";
import type { Part, Round, Scenario } from "./scenario.js";

const inFlight = 64;

const writersOf = {
  parley: join(projectRoot, "dist/server/history/append.bench.js"),
  "plain, counter": join(projectRoot, "dist/e2e/bench/baselines/store-writer.js"),
};

interface Work {
  name: string;
  rooms: number;
  /** Waits this long more for each flush. */
  flushMs: number;
}

const works: Work[] = [
  { name: "1 room", rooms: 1, flushMs: 0 },
  { name: "100 rooms", rooms: 100, flushMs: 0 },
  { name: "1 room, flush +2 ms", rooms: 1, flushMs: 2 },
  { name: "100 rooms, flush +2 ms", rooms: 100, flushMs: 2 },
];

async function measureWriter(
  { services, isQuick, tell }: Round,
  { name, rooms, flushMs }: Work,
  subject: keyof typeof writersOf,
): Promise<Row[]> {
  const times = isQuick ? { warmUpMs: 500, measuredMs: 1500 } : { warmUpMs: 5000, measuredMs: 3000 };
  try {
    await setFlush(services, flushMs);
    const alone = await runAlone(services, { writer: writersOf[subject], rooms, inFlight, ...times });
    const micros = (cpuSeconds: number) => (cpuSeconds / alone.acked) * 1e6;
    const figures = {
      "messages/s": alone.acked / alone.seconds,
      "node + database µs": micros(alone.cpuSeconds + alone.postgresSeconds),
      "node µs": micros(alone.cpuSeconds),
      "database µs": micros(alone.postgresSeconds),
      "ack p50 ms": alone.ackP50,
      "ack p99 ms": alone.ackP99,
    };
    tell(
      `${name}, ${subject}: ${figures["messages/s"].toFixed(0)}/s, ${figures["node + database µs"].toFixed(0)} µs`,
    );
    return [{ scenario: "writers", work: name, subject, figures }];
  } finally {
    await setFlush(services, 0);
  }
}

/** What storing alone costs, without all that a message over a socket costs besides (`appends`). */
export const writers: Scenario = {
  name: "writers",
  title: `Durable messages, ${inFlight} in flight, the writer alone in its process: no sockets, no limits`,
  parts: (isQuick) =>
    (isQuick ? works.slice(0, 2) : works).flatMap((work): Part[] => [
      (round) => measureWriter(round, work, "parley"),
      (round) => measureWriter(round, work, "plain, counter"),
    ]),
};
