// Virtual time for the protocol's model: no real timer runs, so that a minute of polls takes a few milliseconds and
// every run can be repeated.

/** Whose work a task is, a node's or a page's: it waits while he is frozen and ends with him. */
export interface Actor {
  alive: boolean;
  frozenUntil: number;
}

/** The time of one simulation, and its only source of chance. */
export interface Clock {
  now(): number;
  /** Runs a task in `ms`; null stands for somebody who is never frozen and never dies. */
  after(ms: number, actor: Actor | null, task: () => void): void;
  /** Does work in an actor's name: what it sets timers for is his. */
  as<T>(actor: Actor, work: () => T): T;
  /** Lets time pass; `look` comes after every task, when all that it caused has settled. */
  run(ms: number, look: () => void): Promise<void>;
  /** 0 up to 1, the same row of numbers for the same seed. */
  random(): number;
  /** The globals that real code asks for time, in whose name it runs. */
  globals: { setTimeout: Timer; setInterval: Timer; performance: { now(): number } };
}

type Timer = (work: () => void, ms: number) => object;

interface Task {
  at: number;
  turn: number;
  actor: Actor | null;
  work: () => void;
}

const isLater = (one: Task, other: Task) =>
  one.at > other.at || (one.at === other.at && one.turn > other.turn);
/** A tick comes after all promises that can settle have settled. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** Creates a clock at 0. */
export function createClock(seed: number): Clock {
  /** The next one last. */
  const tasks: Task[] = [];
  let now = 0;
  let turns = 0;
  let state = seed;
  let current: Actor | null = null;

  function after(ms: number, actor: Actor | null, work: () => void): void {
    turns += 1;
    insert({ at: now + ms, turn: turns, actor, work });
  }

  function every(ms: number, actor: Actor | null, work: () => void): void {
    after(ms, actor, () => {
      every(ms, actor, work);
      work();
    });
  }

  function insert(task: Task): void {
    let low = 0;
    let high = tasks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = tasks[middle];
      if (other && isLater(other, task)) low = middle + 1;
      else high = middle;
    }
    tasks.splice(low, 0, task);
  }

  return {
    now: () => now,
    after,
    as(actor, work) {
      const before = current;
      current = actor;
      try {
        return work();
      } finally {
        current = before;
      }
    },
    async run(ms, look) {
      const end = now + ms;
      for (let task = tasks.at(-1); task && task.at <= end; task = tasks.at(-1)) {
        tasks.pop();
        if (task.actor?.alive === false) continue;
        if (task.actor && task.actor.frozenUntil > task.at) {
          // With its old turn, so that what came in order is done in order.
          insert({ ...task, at: task.actor.frozenUntil });
          continue;
        }
        now = task.at;
        current = task.actor;
        task.work();
        await settled();
        current = null;
        look();
      }
      now = end;
    },
    // mulberry32
    random() {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
    globals: {
      setTimeout(work, ms) {
        after(ms, current, work);
        return {};
      },
      setInterval(work, ms) {
        every(ms, current, work);
        return {};
      },
      performance: { now: () => now },
    },
  };
}
