/** What read marks need of their surroundings. */
export interface ReadMarkPorts {
  /** Tells the server; rejects when no answer came. */
  tell(room: string, offset: number): Promise<unknown>;
  wait(ms: number, callback: () => void): void;
}

/** How far rooms were read on any device: marks only grow, and the server hears of the last one after a pause. */
export interface ReadMarks {
  /** Notes what the server knows already. */
  learn(room: string, offset: number): void;
  /** Notes what was read here. */
  mark(room: string, offset: number): void;
  /** Tells what could not be told: call it on every connect. */
  flush(): void;
}

const pauseMs = 1000;

/** Creates marks of which nothing is known. */
export function createReadMarks(ports: ReadMarkPorts): ReadMarks {
  const told = new Map<string, number>();
  const marks = new Map<string, number>();
  let waiting = false;

  async function tell(room: string, offset: number): Promise<void> {
    const before = told.get(room) ?? 0;
    told.set(room, offset);
    try {
      await ports.tell(room, offset);
    } catch {
      // Nobody heard it: the next mark or connection tells it again.
      if (told.get(room) === offset) told.set(room, before);
    }
  }

  function flush(): void {
    waiting = false;
    for (const [room, offset] of marks) if (offset > (told.get(room) ?? 0)) void tell(room, offset);
  }

  return {
    flush,
    learn: (room, offset) => void told.set(room, Math.max(offset, told.get(room) ?? 0)),
    mark(room, offset) {
      if (offset <= Math.max(marks.get(room) ?? 0, told.get(room) ?? 0)) return;
      marks.set(room, offset);
      if (!waiting) ports.wait(pauseMs, flush);
      waiting = true;
    },
  };
}
