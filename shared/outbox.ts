import type { Ack, CommandInput, SentMessage } from "./commands.js";
import type { ErrorBody } from "./errors.js";

/** A message on its way: from the user's action until its ack or its definite refusal. */
export interface Outgoing {
  room: string;
  clientId: string;
  text: string;
  /** Set when the server refused it for good. */
  error: ErrorBody | null;
}

/** Where an outbox sends to and keeps its entries; all methods of the surroundings, so that it stays pure. */
export interface OutboxPorts {
  /** Sends once; rejects when no answer came (not connected, time-out). */
  send(input: CommandInput<"message:send">): Promise<Ack<SentMessage>>;
  /** Calls back after a delay in ms. */
  wait(ms: number, callback: () => void): void;
  /** 0 up to 1, for jitter. */
  random(): number;
  /** Called after every change, with all entries in the order of the user's actions. */
  changed(entries: readonly Outgoing[]): void;
  /** Called once for each accepted message. */
  accepted(entry: Outgoing, receipt: SentMessage): void;
}

/**
 * Messages the user sent that the server has not accepted yet. One a room is in flight, so that a user's own order
 * holds; a retry carries the same `clientId`, so the server stores it once (trust.md §4, P1 and P7).
 */
export interface Outbox {
  /** Adds a message; throws RangeError when 100 wait already (P6). */
  add(room: string, clientId: string, text: string): void;
  /** Tries everything that waits now: call it when the connection is back. */
  flush(): void;
  /** Forgets a refused message. */
  discard(clientId: string): void;
  entries(): readonly Outgoing[];
}

const outboxMax = 100;
const retryFirstMs = 500;
const retryMaxMs = 10_000;

/** Creates an outbox holding `kept` from an earlier page of the same user. */
export function createOutbox(ports: OutboxPorts, kept: readonly Outgoing[] = []): Outbox {
  let entries: readonly Outgoing[] = kept;
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

  function settle(entry: Outgoing, answer: Ack<SentMessage>): void {
    if (answer.ok) {
      failures.delete(entry.room);
      change(entries.filter((other) => other.clientId !== entry.clientId));
      ports.accepted(entry, answer.data);
    } else if (answer.error.retryable) {
      retryLater(entry.room, answer.error.retryAfterMs ?? 0);
      return;
    } else {
      const refused = { ...entry, error: answer.error };
      change(entries.map((other) => (other.clientId === entry.clientId ? refused : other)));
    }
    void pump(entry.room);
  }

  async function pump(room: string): Promise<void> {
    const entry = entries.find((other) => other.room === room && other.error === null);
    if (!entry || inFlight.has(room)) return;
    inFlight.add(room);
    let answer: Ack<SentMessage> | null = null;
    try {
      answer = await ports.send({ room, clientId: entry.clientId, text: entry.text });
    } catch {
      // No answer: the message may be stored or not; the retry finds out.
    }
    inFlight.delete(room);
    if (answer) settle(entry, answer);
    else retryLater(room, 0);
  }

  return {
    add(room, clientId, text) {
      if (entries.length >= outboxMax) throw new RangeError(`${outboxMax} messages are waiting already`);
      change([...entries, { room, clientId, text, error: null }]);
      void pump(room);
    },
    flush() {
      for (const room of new Set(entries.map((entry) => entry.room))) {
        failures.delete(room);
        void pump(room);
      }
    },
    discard: (clientId) => change(entries.filter((entry) => entry.clientId !== clientId)),
    entries: () => entries,
  };
}
