import { createLatencies } from "./latencies.js";

/** What was measured between two looks. */
export interface Tally {
  messages: number;
  acked: number;
  /** Messages refused by the server. */
  refused: number;
  deliveries: number;
  /** Deliveries there must be. */
  expected: number;
  /** Never came. */
  gaps: number;
  /** Came twice. */
  repeats: number;
  /** Came after a later one. */
  disorder: number;
  deliveryP50: number;
  deliveryP99: number;
  ackP50: number;
  ackP99: number;
}

/** Follows every message from the time it was due to its last delivery. */
export interface Ledger {
  /** Begins a message that so many sockets will get; returns its number. */
  begin(due: number, audience: number): number;
  acked(number: number, now: number): void;
  refused(number: number, why: string): void;
  /** One socket got it. */
  delivered(number: number, now: number): void;
  repeated(): void;
  disordered(): void;
  /** Called with each message that everybody has; and with each that is answered. */
  onSeen: () => void;
  onAnswered: () => void;
  /** Messages that not everybody has. */
  unseen(): number;
  unanswered(): number;
  /** The first refusal's reason. */
  refusal(): string;
  tally(): Tally;
  /** Forgets what was counted, not what is under way. */
  clear(): void;
}

/** More messages than this are never under way. */
const ring = 1 << 20;

/** Creates an empty ledger. */
export function createLedger(): Ledger {
  const due = new Float64Array(ring);
  const left = new Int32Array(ring);
  let number = 0;
  let unseen = 0;
  let unanswered = 0;
  let refusal = "";
  let delivery = createLatencies();
  let ack = createLatencies();
  let counts = emptyCounts();

  const ledger: Ledger = {
    begin(at, audience) {
      number += 1;
      const slot = number % ring;
      due[slot] = at;
      left[slot] = audience;
      counts.messages += 1;
      counts.expected += audience;
      unanswered += 1;
      if (audience > 0) unseen += 1;
      return number;
    },
    acked(number, now) {
      ack.add(now - (due[number % ring] ?? now));
      counts.acked += 1;
      unanswered -= 1;
      ledger.onAnswered();
    },
    refused(number, why) {
      const slot = number % ring;
      counts.refused += 1;
      counts.expected -= left[slot] ?? 0;
      if ((left[slot] ?? 0) > 0) unseen -= 1;
      left[slot] = 0;
      unanswered -= 1;
      refusal ||= why;
      ledger.onAnswered();
    },
    delivered(number, now) {
      const slot = number % ring;
      const still = (left[slot] as number) - 1;
      left[slot] = still;
      if (still < 0) return ledger.repeated();
      counts.deliveries += 1;
      delivery.add(now - (due[slot] as number));
      if (still > 0) return;
      unseen -= 1;
      ledger.onSeen();
    },
    repeated: () => void (counts.repeats += 1),
    disordered: () => void (counts.disorder += 1),
    onSeen: () => {},
    onAnswered: () => {},
    unseen: () => unseen,
    unanswered: () => unanswered,
    refusal: () => refusal,
    tally: () => ({
      ...counts,
      gaps: counts.expected - counts.deliveries,
      deliveryP50: delivery.at(0.5),
      deliveryP99: delivery.at(0.99),
      ackP50: ack.at(0.5),
      ackP99: ack.at(0.99),
    }),
    clear() {
      delivery = createLatencies();
      ack = createLatencies();
      counts = emptyCounts();
    },
  };
  return ledger;
}

const emptyCounts = () => ({
  messages: 0,
  acked: 0,
  refused: 0,
  deliveries: 0,
  expected: 0,
  repeats: 0,
  disorder: 0,
});
