import { Failure } from "../failure.js";

/** Counts what is open by a key and refuses above a cap. */
export interface ConnectionCap {
  /** Fails with `rate_limited` at the cap, without counting. */
  assertBelow(key: string): void;
  /** Counts one; the returned function takes it back, once. */
  open(key: string): () => void;
}

/** A cap of this node; null never refuses. */
export function createConnectionCap(cap: number | null, what: string): ConnectionCap {
  const counts = new Map<string, number>();
  return {
    assertBelow(key) {
      if (cap !== null && (counts.get(key) ?? 0) >= cap)
        throw new Failure("rate_limited", `too many connections of one ${what}`, 5000);
    },
    open(key) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        const count = (counts.get(key) ?? 1) - 1;
        if (count === 0) counts.delete(key);
        else counts.set(key, count);
      };
    },
  };
}
