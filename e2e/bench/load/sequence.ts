/** What came of one offset on one socket. */
export type Arrival = "next" | "early" | "late" | "repeated";

/** What one socket was given of one numbered stream: finds gaps, repeats and what came out of order. */
export interface Sequence {
  /** The offset that is due. */
  next: number;
  /** What was passed over and has not come since. */
  missing: Set<number> | null;
}

/** Begins behind `head`. */
export const createSequence = (head: number): Sequence => ({ next: head + 1, missing: null });

/** Notes an offset. `early` leaves a gap before it, `late` is one out of such a gap. */
export function note(sequence: Sequence, offset: number): Arrival {
  if (offset === sequence.next) {
    sequence.next += 1;
    return "next";
  }
  if (offset < sequence.next) return sequence.missing?.delete(offset) ? "late" : "repeated";
  sequence.missing ??= new Set();
  for (let passed = sequence.next; passed < offset; passed += 1) sequence.missing.add(passed);
  sequence.next = offset + 1;
  return "early";
}
