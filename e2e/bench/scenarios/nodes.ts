import { setTimeout as pass } from "node:timers/promises";
import { bring, settle } from "../crowds.js";
import { cpuSeconds, measureCpu } from "../cpu.js";
import type { Row } from "../figures.js";
import { measureTalk, warmUp } from "../measure.js";
import { startParley } from "../parley.js";
import { startPlain, type Subject } from "../subject.js";
import type { Round, Scenario } from "./scenario.js";

const nodes = 3;
const rooms = 40;
const membersEach = 6;
const perSecond = 1000;
const places = Array.from({ length: rooms * membersEach }, (_, i) => [i % rooms]);

const placements = {
  "members on one node": () => 0,
  "members spread": (socket: number) => Math.floor(socket / rooms) % nodes,
};

async function measurePlacement(
  { services, isQuick, tell }: Round,
  subject: Subject,
  name: string,
  work: keyof typeof placements,
): Promise<Row> {
  const pids = subject.nodes.map(({ pid }) => pid);
  const [, ...others] = pids;
  const seconds = isQuick ? 2 : 5;
  await bring(services, subject, { rooms, places, nodeOf: placements[work] });
  await settle();
  const idleBefore = measureCpu({ others });
  await pass(seconds * 1000);
  const idleSeconds = idleBefore().others;
  const pace = { kind: "rate", perSecond } as const;
  await warmUp(services, { kind: "unseen", count: 2 * rooms }, { isQuick });
  // Each has a third of the messages: V8 is not through yet, and what gathers takes other ways than when saturated.
  await warmUp(services, pace, { isQuick });
  const before = pids.map((pid) => cpuSeconds([pid]));
  const talk = await measureTalk(services, subject, { pace, seconds });
  const used = pids.map((pid, i) => cpuSeconds([pid]) - (before[i] ?? 0));
  const micros = (cpu: number) => (cpu / talk.messages) * 1e6;
  const ofOthers = used.slice(1).reduce((sum, each) => sum + each, 0);
  const sum = ofOthers + (used[0] ?? 0);
  const figures = {
    "first node µs": micros(used[0] ?? 0),
    "each other node µs": micros(ofOthers) / others.length,
    "each other node over idle µs": micros(ofOthers - (idleSeconds * talk.seconds) / seconds) / others.length,
    "redis µs": micros(talk.cpu.redis),
    "nodes + redis µs": micros(sum + talk.cpu.redis),
    "delivery p99 ms": talk.deliveryP99,
    "out of order %": (talk.disorder / talk.deliveries) * 100,
    "repeated %": (talk.repeats / talk.deliveries) * 100,
  };
  tell(`${work}, ${name}: ${figures["nodes + redis µs"].toFixed(0)} µs`);
  await services.load.order("dismiss", null);
  return { scenario: "nodes", work, subject: name, figures };
}

async function measurePlacements(round: Round, subject: Subject, name: string): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    for (const work of Object.keys(placements) as (keyof typeof placements)[])
      rows.push(await measurePlacement(round, subject, name, work));
    return rows;
  } finally {
    await subject.stop();
  }
}

/** What a message costs the cluster, where its room's members are. */
export const crossNode: Scenario = {
  name: "nodes",
  isSlow: true,
  title: `Three nodes: CPU for a message, ${rooms} rooms of ${membersEach}, ${perSecond} messages a second`,
  parts: () => [
    async (round) => measurePlacements(round, await startParley(round.services, { nodes }), "parley"),
    async (round) => measurePlacements(round, await startPlain(round.services, { nodes }), "plain"),
  ],
};
