import { bring, settle } from "../crowds.js";
import type { Figures, Row } from "../figures.js";
import type { Pace } from "../load/talk.js";
import { placesOf, saturating, shapes, type LoadName, type Shape } from "../loads.js";
import { leadIn, measureTalk, warmUp, type MeasuredTalk } from "../measure.js";
import { startParley } from "../parley.js";
import type { Services } from "../services.js";
import { startBare, startPlain, type Subject } from "../subject.js";
import type { Part, Round, Scenario } from "./scenario.js";

const subjects: Record<string, (services: Services) => Promise<Subject>> = {
  parley: (services) => startParley(services),
  plain: (services) => startPlain(services),
  bare: () => startBare(),
};

interface Work {
  name: string;
  pace: Pace;
}

/** The saturating pace first, since it is what the server was warmed up with. */
const works = (load: string, shape: Shape, isQuick: boolean): Work[] => [
  { name: `${load} sat`, pace: saturating(shape) },
  ...(isQuick ? shape.rates.slice(-1) : shape.rates).map((perSecond) => ({
    name: `${load} ${perSecond}/s`,
    pace: { kind: "rate", perSecond } as const,
  })),
];

function figuresOf({ cpu, deliveries, messages, seconds, ...talk }: MeasuredTalk): Figures {
  const perMillion = (cpuSeconds: number) => (cpuSeconds / deliveries) * 1e6;
  return {
    "server CPU s/M": perMillion(cpu.server),
    "redis CPU s/M": perMillion(cpu.redis),
    "postgres CPU s/M": perMillion(cpu.postgres),
    "messages/s": messages / seconds,
    "deliveries/s": deliveries / seconds,
    "delivery p50 ms": talk.deliveryP50,
    "delivery p99 ms": talk.deliveryP99,
    "ack p50 ms": talk.ackP50,
    "ack p99 ms": talk.ackP99,
    "server core %": (cpu.server / seconds) * 100,
    "load core %": (cpu.load / seconds) * 100,
  };
}

async function measureLoad(round: Round, load: LoadName, subjectName: string): Promise<Row[]> {
  const { services, isQuick, tell } = round;
  const shape = shapes[load];
  const subject = await (subjects[subjectName] as (typeof subjects)[string])(services);
  const rows: Row[] = [];
  try {
    await bring(services, subject, { rooms: shape.rooms, places: placesOf(shape) });
    await settle();
    await warmUp(services, saturating(shape), { isQuick });
    for (const { name, pace } of works(load, shape, isQuick)) {
      await leadIn(services, pace, { isQuick });
      const talk = await measureTalk(services, subject, { pace, seconds: isQuick ? 1.5 : 4 });
      const figures = figuresOf(talk);
      const cpu = figures["server CPU s/M"]?.toFixed(2);
      const behind = talk.overloaded ? ", but it fell behind: compare with care" : "";
      tell(`${name}, ${subjectName}: ${cpu} CPU s/M, p99 ${talk.deliveryP99.toFixed(1)} ms${behind}`);
      rows.push({ scenario: "fan-out", work: name, subject: subjectName, figures });
    }
    await services.load.order("dismiss", null);
    return rows;
  } finally {
    await subject.stop();
  }
}

/** One message in, hundreds out: what a delivery costs. */
export const fanOut: Scenario = {
  name: "fan-out",
  title: "Fan-out: the server's CPU for a million deliveries",
  parts(isQuick) {
    const names = Object.keys(subjects).filter((name) => !(isQuick && name === "bare"));
    const loads = Object.keys(shapes) as LoadName[];
    return loads.flatMap((load) =>
      names.map(
        (name): Part =>
          (round) =>
            measureLoad(round, load, name),
      ),
    );
  },
};
