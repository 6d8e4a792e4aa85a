import { Counter, type Registry } from "prom-client";

/** A counter with one label whose values are known beforehand; another one does not compile. */
export interface ClosedCounter<L extends string, V extends string> {
  inc(labels: Record<L, V>, value?: number): void;
  get(): ReturnType<Counter<L>["get"]>;
}

/** Makes a counter that shows every value from the start: a rate sees the first event only where it began at 0. */
export function closedCounter<L extends string, const V extends string>(
  registry: Registry,
  name: string,
  help: string,
  label: L,
  values: readonly V[],
): ClosedCounter<L, V> {
  const counter = new Counter<L>({ name, help, labelNames: [label], registers: [registry] });
  const labelsOf = (value: V) => ({ [label]: value }) as Record<L, V>;
  for (const value of values) counter.inc(labelsOf(value), 0);
  return {
    inc: (labels, value = 1) => counter.inc(labels, value),
    get: () => counter.get(),
  };
}
