interface Waiting<K, V> {
  key: K;
  resolve(value: V): void;
  reject(error: unknown): void;
}

/** Keys of one statement. */
const batchMax = 1000;

/**
 * Makes many small reads one: while one statement is on its way, those who ask are gathered for the next. Nobody gets
 * an answer that was looked up before he asked. `read` gives the values in the order of the keys.
 */
export function gather<K, V>(read: (keys: K[]) => Promise<V[]>): (key: K) => Promise<V> {
  const queue: Waiting<K, V>[] = [];
  let running = false;

  async function drain(): Promise<void> {
    running = true;
    while (queue.length > 0) {
      const batch = queue.splice(0, batchMax);
      try {
        const values = await read(batch.map(({ key }) => key));
        batch.forEach(({ resolve }, i) => resolve(values[i] as V));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  }

  return (key) =>
    new Promise((resolve, reject) => {
      queue.push({ key, resolve, reject });
      if (!running) void drain();
    });
}

/**
 * Makes the small reads of one turn of the event loop one, for a server that takes question after question: nobody
 * waits for an answer to others.
 */
export function gatherTurn<K, V>(read: (keys: K[]) => Promise<V[]>): (key: K) => Promise<V> {
  const queue: Waiting<K, V>[] = [];

  async function send(batch: Waiting<K, V>[]): Promise<void> {
    try {
      const values = await read(batch.map(({ key }) => key));
      batch.forEach(({ resolve }, i) => resolve(values[i] as V));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  function sendAll(): void {
    while (queue.length > 0) void send(queue.splice(0, batchMax));
  }

  return (key) =>
    new Promise((resolve, reject) => {
      queue.push({ key, resolve, reject });
      if (queue.length === 1) setImmediate(sendAll);
    });
}

/** Commands that share a round trip; Redis answers others between two such. */
const togetherMax = 64;

/** Does the work for each, a bounded number at once; fails with the first failure. */
export async function forEachTogether<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  while (left.length > 0) await Promise.all(left.splice(0, togetherMax).map(work));
}

/**
 * Does equal reads at one moment once: those who ask while one is on its way share the next one. They can not share
 * that one: it may have looked before something that they must see.
 */
export function shareEqual<V>(): (key: string, read: () => Promise<V>) => Promise<V> {
  const running = new Map<string, { now: Promise<V>; next: Promise<V> | null }>();

  function start(key: string, read: () => Promise<V>): Promise<V> {
    const now = read();
    const entry = { now, next: null };
    running.set(key, entry);
    const end = () => {
      if (running.get(key) === entry && entry.next === null) running.delete(key);
    };
    now.then(end, end);
    return now;
  }

  return (key, read) => {
    const entry = running.get(key);
    if (!entry) return start(key, read);
    const next = () => start(key, read);
    entry.next ??= entry.now.then(next, next);
    return entry.next;
  };
}
