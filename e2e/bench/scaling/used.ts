import { measureCpu } from "../cpu.js";
import type { Figures } from "../figures.js";
import type { Services } from "../services.js";
import type { Subject } from "../subject.js";

/** CPU seconds of the three parts. */
export interface Used {
  node: number;
  redis: number;
  database: number;
}

/** What they use while something goes on. */
export async function usedBy(
  { pids }: Services,
  subject: Subject,
  work: () => Promise<unknown>,
): Promise<Used> {
  const read = measureCpu({
    node: subject.nodes.map(({ pid }) => pid),
    redis: [pids.redis],
    database: [pids.postgres],
  });
  await work();
  return read();
}

/** What of it falls on each second. */
export const perSecond = ({ node, redis, database }: Used, seconds: number): Used => ({
  node: node / seconds,
  redis: redis / seconds,
  database: database / seconds,
});

/** What is used in a second more than in an idle one, for each of `count`, in µs. */
export function micros(second: Used, idle: Used, count: number): Figures {
  const of = (name: keyof Used) => Math.max(0, ((second[name] - idle[name]) / count) * 1e6);
  return { "node µs": of("node"), "redis µs": of("redis"), "database µs": of("database") };
}
