import type { Ack, ActionName, CommandInput, Receipt } from "./commands.js";
import type { ErrorBody } from "./errors.js";

/** A command that writes to a room's log, with its input. */
export type Action = { [N in ActionName]: { name: N; input: CommandInput<N> } }[ActionName];

/** An action on its way: from the user's hand until its ack or its definite refusal. */
export interface Outgoing {
  action: Action;
  /** Set when the server refused it for good. */
  error: ErrorBody | null;
}

const roomOf = (entry: Outgoing) => entry.action.input.room;
const idOf = (entry: Outgoing) => entry.action.input.clientId;

/** Where an outbox sends to and keeps its entries; all methods of the surroundings, so that it stays pure. */
export interface OutboxPorts {
  /** Sends once; rejects when no answer came (not connected, time-out). */
  send(action: Action): Promise<Ack<Receipt>>;
  /** Calls back after a delay in ms. */
  wait(ms: number, callback: () => void): void;
  /** 0 up to 1, for jitter. */
  random(): number;
  /** Called after every change, with all entries in the order of the user's actions. */
  changed(entries: readonly Outgoing[]): void;
  /** Called once for each accepted action. */
  accepted(entry: Outgoing, receipt: Receipt): void;
}

/**
 * What the user did that the server has not accepted yet. One a room is in flight, so that a user's own order
 * holds; a retry carries the same `clientId`, so the server stores it once (trust.md §4, P1 and P7).
 */
export interface Outbox {
  /** Adds an action; throws RangeError when 100 wait already (P6). */
  add(action: Action): void;
  /** Tries everything that waits now: call it when the connection is back. */
  flush(): void;
  /**
   * Takes over what another page of the same user left, before its own: it is mostly older. Known ones are skipped;
   * none is refused for want of room, because it would be lost.
   */
  adopt(left: readonly Outgoing[]): void;
  /** Forgets an action; one in flight may still be stored. */
  discard(clientId: string): void;
  entries(): readonly Outgoing[];
}

const outboxMax = 100;
const retryFirstMs = 500;
// An outage may be long, but what waits has to land within seconds of its end (trust.md F-9).
const retryMaxMs = 3000;

/** A message that is gone altogether needs no delete: that action is done. */
const isDone = ({ action }: Outgoing, error: ErrorBody) =>
  action.name === "message:delete" && error.code === "not_found";

/** Creates an empty outbox. */
export function createOutbox(ports: OutboxPorts): Outbox {
  let entries: readonly Outgoing[] = [];
  const inFlight = new Set<string>();
  const failures = new Map<string, number>();

  function change(next: readonly Outgoing[]): void {
    entries = next;
    ports.changed(entries);
  }

  function retryLater(room: string, atLeastMs: number): void {
    const count = failures.get(room) ?? 0;
    failures.set(room, count + 1);
    const backoff = Math.min(retryFirstMs * 2 ** count, retryMaxMs);
    ports.wait(Math.max(atLeastMs, backoff * (0.5 + ports.random())), () => void pump(room));
  }

  const forget = (clientId: string) => change(entries.filter((entry) => idOf(entry) !== clientId));

  function flush(): void {
    for (const room of new Set(entries.map(roomOf))) {
      failures.delete(room);
      void pump(room);
    }
  }

  function settle(entry: Outgoing, answer: Ack<Receipt>): void {
    if (answer.ok) {
      failures.delete(roomOf(entry));
      forget(idOf(entry));
      ports.accepted(entry, answer.data);
    } else if (answer.error.retryable) {
      retryLater(roomOf(entry), answer.error.retryAfterMs ?? 0);
      return;
    } else if (isDone(entry, answer.error)) forget(idOf(entry));
    else {
      const refused = { ...entry, error: answer.error };
      change(entries.map((other) => (idOf(other) === idOf(entry) ? refused : other)));
    }
    void pump(roomOf(entry));
  }

  async function pump(room: string): Promise<void> {
    const entry = entries.find((other) => roomOf(other) === room && other.error === null);
    if (!entry || inFlight.has(room)) return;
    inFlight.add(room);
    let answer: Ack<Receipt> | null = null;
    try {
      answer = await ports.send(entry.action);
    } catch {
      // No answer: it may be stored or not; the retry finds out.
    }
    inFlight.delete(room);
    if (answer) settle(entry, answer);
    else retryLater(room, 0);
  }

  return {
    add(action) {
      if (entries.length >= outboxMax) throw new RangeError(`${outboxMax} actions are waiting already`);
      change([...entries, { action, error: null }]);
      void pump(action.input.room);
    },
    flush,
    adopt(left) {
      const known = new Set(entries.map(idOf));
      change([...left.filter((entry) => !known.has(idOf(entry))), ...entries]);
      flush();
    },
    discard: forget,
    entries: () => entries,
  };
}
