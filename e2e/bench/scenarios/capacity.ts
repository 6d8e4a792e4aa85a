import { bring, settle } from "../crowds.js";
import type { Row } from "../figures.js";
import { placesOf, saturating, shapes, type LoadName } from "../loads.js";
import { leadIn, measureTalk, warmUp, type MeasuredTalk } from "../measure.js";
import { startParley } from "../parley.js";
import { startPlain, type Subject } from "../subject.js";
import type { Part, Round, Scenario } from "./scenario.js";

const factor = 1.5;
const p99MaxMs = 100;
const firstRate: Record<string, number> = { hot: 100, many: 1000 };

/** Where the last round's ladder ended, by load and server: the next one need not begin at the bottom. */
const known = new Map<string, number>();

const isGood = ({ overloaded, refused, deliveryP99, ackP99 }: MeasuredTalk) =>
  !overloaded && refused === 0 && deliveryP99 <= p99MaxMs && ackP99 <= p99MaxMs;

/** Goes up until a rate is too high; down first where the first one is. */
async function climb(
  { services, isQuick }: Round,
  subject: Subject,
  from: number,
): Promise<{ perSecond: number; talk: MeasuredTalk } | null> {
  let best: { perSecond: number; talk: MeasuredTalk } | null = null;
  for (let perSecond = from; ;) {
    const pace = { kind: "rate", perSecond } as const;
    await leadIn(services, pace, { isQuick });
    // One bad moment of the machine is not the server's end.
    const measure = (seconds: number) =>
      measureTalk(services, subject, { pace, seconds }, { mayRefuse: true });
    let talk = await measure(isQuick ? 1 : 2);
    if (!isGood(talk) && !isQuick) talk = await measure(2);
    if (isGood(talk)) {
      best = { perSecond, talk };
      perSecond *= factor;
    } else if (best === null && perSecond > 10) perSecond /= factor;
    else return best;
    if (best !== null && perSecond < best.perSecond) return best;
  }
}

async function measureCapacity(round: Round, load: LoadName, subject: Subject, name: string): Promise<Row[]> {
  const { services, isQuick, tell } = round;
  const shape = shapes[load];
  try {
    await bring(services, subject, { rooms: shape.rooms, places: placesOf(shape) });
    await settle();
    await warmUp(services, saturating(shape), { isQuick });
    const key = `${load} ${name}`;
    const from = known.has(key) ? (known.get(key) ?? 0) / factor ** 2 : (firstRate[load] ?? 100);
    const end = await climb(round, subject, from);
    const perSecond = end?.perSecond ?? 0;
    if (perSecond > 0) known.set(key, perSecond);
    tell(`${load}, ${name}: ${perSecond.toFixed(0)} messages a second`);
    await services.load.order("dismiss", null);
    const { talk } = end ?? {};
    const figures = {
      "messages/s": perSecond,
      ...(talk && {
        "deliveries/s": talk.deliveries / talk.seconds,
        "delivery p99 ms": talk.deliveryP99,
        "ack p99 ms": talk.ackP99,
        "node µs": (talk.cpu.server / talk.messages) * 1e6,
        "database µs": (talk.cpu.postgres / talk.messages) * 1e6,
        "load core %": (talk.cpu.load / talk.seconds) * 100,
      }),
    };
    return [{ scenario: "capacity", work: load, subject: name, figures }];
  } finally {
    await subject.stop();
  }
}

/** How much one core can take. By the wall clock, so it depends on what else the machine does. */
export const capacity: Scenario = {
  name: "capacity",
  title: `Highest rate of stored messages at p99 <= ${p99MaxMs} ms, in steps of x${factor}`,
  isSlow: true,
  parts: () =>
    (["hot", "many"] as const).flatMap((load): Part[] => [
      async (round) => measureCapacity(round, load, await startParley(round.services), "parley"),
      async (round) =>
        measureCapacity(round, load, await startPlain(round.services, {}, "insert"), "plain, insert"),
    ]),
};
