import type { Random } from "../../faults/random.js";

/** Times of a Poisson process in ms, ascending: as many a second on average as wanted, each on its own. */
export function* arrivals(random: Random, perSecond: number): Generator<number, never> {
  let at = 0;
  for (;;) {
    // 1 - x, because the logarithm of 0 is not a time.
    at += (-Math.log(1 - random.next()) * 1000) / perSecond;
    yield at;
  }
}
