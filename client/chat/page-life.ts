import { createClientId } from "./client-id.js";
import { drop, keep, loadKept } from "./storage.js";

/** The life of this page as its user's other pages see it. */
export interface PageLife {
  /** Unique; what the page keeps bears it. */
  name: string;
  /**
   * Calls back when the page of that name is gone. Of several pages that ask, the first gets what was left, the
   * others find nothing.
   */
  whenGone(name: string, callback: () => void): void;
  end(): void;
}

const keyOf = (name: string) => `parley:page:${name}`;

/** A page holds the lock of its name while it lives: who gets the lock knows that it is gone, and is the only one. */
function createLockedLife(locks: LockManager): PageLife {
  const name = createClientId();
  const ending = new AbortController();
  const asked = new Set<string>();
  const ended = new Promise<void>((resolve) => {
    ending.signal.addEventListener("abort", () => resolve());
  });
  void locks.request(keyOf(name), () => ended);

  async function wait(other: string, callback: () => void): Promise<void> {
    try {
      await locks.request(keyOf(other), { signal: ending.signal }, callback);
    } catch {
      // This page ended first.
    }
    asked.delete(other);
  }

  return {
    name,
    whenGone(other, callback) {
      if (asked.has(other)) return;
      asked.add(other);
      void wait(other, callback);
    },
    end: () => ending.abort(),
  };
}

const beatMs = 5000;
// Browsers slow the timers of hidden pages down to one a minute.
const goneMs = 180_000;

const isTime = (value: unknown): value is number => typeof value === "number";

/** Whether a page is gone by its last sign of life, taken back when it is left in good order. */
export function isGone(lastBeat: number | null, now: number): boolean {
  return lastBeat === null || now - lastBeat > goneMs;
}

/**
 * Without Web Locks, on plain http from another machine, a page shows signs of life. One that sleeps for long may
 * be taken for gone: both send then, under the same `clientId`.
 */
function createBeatingLife(): PageLife {
  const name = createClientId();
  const asked = new Map<string, () => void>();

  function look(other: string): void {
    const callback = asked.get(other);
    if (!callback || !isGone(loadKept(keyOf(other), isTime), Date.now())) return;
    asked.delete(other);
    drop(keyOf(other));
    callback();
  }

  function beat(): void {
    keep(keyOf(name), Date.now());
    for (const other of asked.keys()) look(other);
  }

  const leave = () => drop(keyOf(name));
  const timer = setInterval(beat, beatMs);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", beat);
  beat();
  return {
    name,
    whenGone(other, callback) {
      asked.set(other, callback);
      look(other);
    },
    end() {
      clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", beat);
      leave();
    },
  };
}

/** Begins the life of this page. */
export function createPageLife(): PageLife {
  return "locks" in navigator ? createLockedLife(navigator.locks) : createBeatingLife();
}
