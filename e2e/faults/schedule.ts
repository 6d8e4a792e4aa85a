import { faultNames, faults, type FaultName } from "./faults.js";
import type { Random } from "./random.js";

/** Faults that begin together. */
export type Blow = readonly FaultName[];

/**
 * The faults of a run, in the order of its seed: all kinds before any comes again. `together` is the chance that
 * two of different parts of the cluster come at once.
 */
export function* scheduleFaults(
  random: Random,
  together: number,
  names: readonly FaultName[] = faultNames,
): Generator<Blow, never> {
  for (;;) {
    const rest = random.shuffle(names);
    for (let first = rest.shift(); first; first = rest.shift()) {
      const { part } = faults[first];
      const second = rest.findIndex((name) => faults[name].part !== part);
      yield random.next() < together && second >= 0 ? [first, ...rest.splice(second, 1)] : [first];
    }
  }
}
