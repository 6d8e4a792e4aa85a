import { setTimeout as pass } from "node:timers/promises";
import { createRandom, type Random } from "../../faults/random.js";
import { arrivals } from "./arrivals.js";
import type { Crowd } from "./crowd.js";
import type { Tally } from "./ledger.js";
import type { Member } from "./member.js";
import { textOf } from "./packets.js";
import type { Room } from "./room.js";

/** At what pace: at random times, or a new message whenever one is seen by all, or whenever one is acked. */
export type Pace =
  | { kind: "rate"; perSecond: number }
  | { kind: "unseen"; count: number }
  | { kind: "unacked"; count: number };

/** What is to be said, and for how long. */
export interface TalkInput {
  pace: Pace;
  seconds: number;
  seed: number;
  /** Members speak in their own rooms; `anywhere` they need be in none. */
  anywhere: boolean;
}

/** What came of it. */
export interface Talk extends Tally {
  /** From the first message until everything had arrived. */
  seconds: number;
  /** The server fell behind by more than a second, and the talk was ended early. */
  overloaded: boolean;
  /** Why the server refused a message, if it did. */
  refusal: string;
  faults: string[];
}

const textBytes = 100;
const drainMs = 20_000;

type Speaker = () => [member: Member, room: Room] | null;

/** Who speaks next, and where: any socket of the chosen room that is there; null when none is. */
function speakers(crowd: Crowd, random: Random, anywhere: boolean): Speaker {
  if (anywhere) return () => [random.pick(crowd.members), random.pick(crowd.rooms)];
  const inRooms = crowd.rooms
    .map((room) => ({ room, members: crowd.members.filter(({ rooms }) => rooms.includes(room)) }))
    .filter(({ members }) => members.length > 0);
  return () => {
    const { room, members } = random.pick(inRooms);
    const member = random.pick(members);
    if (member.isIn()) return [member, room];
    const present = members.filter((one) => one.isIn());
    return present.length === 0 ? null : [random.pick(present), room];
  };
}

/** Speaks at random times; resolves to whether the server fell behind. */
async function speakAtRate(
  crowd: Crowd,
  speak: (due: number) => void,
  perSecond: number,
  input: TalkInput,
): Promise<boolean> {
  const times = arrivals(createRandom(input.seed), perSecond);
  const tooMany = perSecond + 200;
  const start = performance.now();
  const endMs = input.seconds * 1000;
  let next = times.next().value;
  while (next < endMs) {
    const now = performance.now() - start;
    for (; next <= now && next < endMs; next = times.next().value) speak(start + next);
    if (crowd.ledger.unseen() > tooMany || crowd.ledger.unanswered() > tooMany) return true;
    await pass(Math.max(1, Math.min(next, endMs) - now));
  }
  return false;
}

/** Keeps so many under way, whatever counts as that, for the time. */
async function speakInLoop(
  crowd: Crowd,
  speak: (due: number) => void,
  { kind, count }: { kind: "unseen" | "unacked"; count: number },
  seconds: number,
): Promise<void> {
  const endAt = performance.now() + seconds * 1000;
  const again = () => {
    const now = performance.now();
    if (now < endAt) speak(now);
  };
  const hook = kind === "unseen" ? "onSeen" : "onAnswered";
  crowd.ledger[hook] = again;
  for (let i = 0; i < count; i += 1) again();
  await pass(seconds * 1000);
  crowd.ledger[hook] = () => {};
}

async function drained(crowd: Crowd): Promise<void> {
  const { ledger } = crowd;
  const until = performance.now() + drainMs;
  const isWaiting = () => ledger.unseen() > 0 || ledger.unanswered() > 0;
  // What was on its way to a socket that was cut never comes.
  while (isWaiting() && crowd.faults().length === 0 && performance.now() < until) await pass(2);
}

/** Has the crowd talk, and tells what was measured. */
export async function talk(crowd: Crowd, input: TalkInput): Promise<Talk> {
  const { ledger } = crowd;
  ledger.clear();
  const speaker = speakers(crowd, createRandom(input.seed ^ 0x2545f491), input.anywhere);
  const speak = (due: number) => {
    const next = speaker();
    if (next === null) return;
    const [member, room] = next;
    const number = ledger.begin(due, crowd.audience(room));
    member.say(room, number, textOf(number, textBytes));
  };
  const startedAt = performance.now();
  const { pace } = input;
  const overloaded =
    pace.kind === "rate"
      ? await speakAtRate(crowd, speak, pace.perSecond, input)
      : await speakInLoop(crowd, speak, pace, input.seconds).then(() => false);
  await drained(crowd);
  const seconds = (performance.now() - startedAt) / 1000;
  return { ...ledger.tally(), seconds, overloaded, refusal: ledger.refusal(), faults: crowd.faults() };
}
