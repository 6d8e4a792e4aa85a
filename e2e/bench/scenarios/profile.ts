import { bring, settle } from "../crowds.js";
import type { Row } from "../figures.js";
import { openInspector } from "../inspector.js";
import { placesOf, saturating, shapes, type LoadName } from "../loads.js";
import { leadIn, measureTalk, warmUp } from "../measure.js";
import { startParley } from "../parley.js";
import { selfTimes } from "../profile.js";
import type { Pace } from "../load/talk.js";
import type { Part, Round, Scenario } from "./scenario.js";

const works: [LoadName, string, Pace][] = [
  ["hot", "hot 160/s", { kind: "rate", perSecond: 160 }],
  ["hot", "hot sat", saturating(shapes.hot)],
  ["many", "many 2500/s", { kind: "rate", perSecond: 2500 }],
  ["many", "many sat", saturating(shapes.many)],
  ["multi", "multi 500/s", { kind: "rate", perSecond: 500 }],
];

async function profile({ services, tell }: Round, load: LoadName, work: string, pace: Pace): Promise<Row[]> {
  const subject = await startParley(services, { inspect: true });
  try {
    const shape = shapes[load];
    await bring(services, subject, { rooms: shape.rooms, places: placesOf(shape) });
    await settle();
    await warmUp(services, saturating(shape));
    await leadIn(services, pace);
    const inspector = await openInspector(subject.nodes[0]?.inspectPort ?? 0);
    const stop = await inspector.startProfile();
    await measureTalk(services, subject, { pace, seconds: 5 });
    const top = selfTimes(await stop(), 15);
    inspector.close();
    await services.load.order("dismiss", null);
    tell(`${work}: most in ${top[0]?.name}`);
    return top.map(({ name, share }) => ({
      scenario: "profile",
      work,
      subject: name,
      figures: { "self %": share * 100 },
    }));
  } finally {
    await subject.stop();
  }
}

/** Where a node's CPU goes. */
export const profiles: Scenario = {
  name: "profile",
  title: "A node's CPU by function, without what it calls",
  isAsked: true,
  parts: () =>
    works.map(
      ([load, work, pace]): Part =>
        (round) =>
          profile(round, load, work, pace),
    ),
};
