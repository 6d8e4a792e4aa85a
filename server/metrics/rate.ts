/** How often something happens, over the last seconds. */
export interface Rate {
  /** So often it has happened since the start. */
  note(total: number): void;
  perSecond(): number;
}

/** Looks back over `windowMs`, to the oldest note in it; 0 before the second note. */
export function createRate(windowMs: number, now: () => number = () => performance.now()): Rate {
  let notes: { total: number; at: number }[] = [];

  return {
    note(total) {
      const at = now();
      notes = [...notes.filter((note) => note.at >= at - windowMs), { total, at }];
    },
    perSecond() {
      const [first, last] = [notes[0], notes.at(-1)];
      if (first === undefined || last === undefined || last.at === first.at) return 0;
      return ((last.total - first.total) * 1000) / (last.at - first.at);
    },
  };
}
