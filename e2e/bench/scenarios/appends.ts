import { bring, settle } from "../crowds.js";
import type { Row } from "../figures.js";
import { setFlush } from "../flush.js";
import { measureTalk, warmUp } from "../measure.js";
import { startParley } from "../parley.js";
import type { Services } from "../services.js";
import { startPlain, type StartOptions, type Subject } from "../subject.js";
import type { Part, Round, Scenario } from "./scenario.js";

const inFlight = 64;
const sockets = 64;

interface Work {
  rooms: number;
  nodes: number;
  /** Waits this long more for each flush. */
  flushMs: number;
}

const works: Work[] = [
  { rooms: 1, nodes: 1, flushMs: 0 },
  { rooms: 100, nodes: 1, flushMs: 0 },
  { rooms: 1, nodes: 2, flushMs: 0 },
  { rooms: 100, nodes: 2, flushMs: 0 },
  { rooms: 1, nodes: 1, flushMs: 2 },
  { rooms: 100, nodes: 1, flushMs: 2 },
];

const nameOf = ({ rooms, nodes, flushMs }: Work) =>
  `${rooms} ${rooms === 1 ? "room" : "rooms"}, ${nodes} ${nodes === 1 ? "node" : "nodes"}` +
  (flushMs > 0 ? `, flush +${flushMs} ms` : "");

async function measureAppends(
  { services, isQuick, tell }: Round,
  { rooms, nodes, flushMs }: Work,
  name: string,
  start: (services: Services, options: StartOptions) => Promise<Subject>,
): Promise<Row[]> {
  const work = nameOf({ rooms, nodes, flushMs });
  const subject = await start(services, { nodes });
  try {
    await setFlush(services, flushMs);
    // Nobody is in the rooms: what is measured ends with the ack.
    const places = Array.from({ length: sockets }, () => []);
    await bring(services, subject, { rooms, places, nodeOf: (socket) => socket % nodes });
    await settle();
    const pace = { kind: "unacked", count: inFlight } as const;
    await warmUp(services, pace, { isQuick, anywhere: true });
    const talk = await measureTalk(services, subject, { pace, seconds: isQuick ? 1.5 : 3, anywhere: true });
    const micros = (cpuSeconds: number) => (cpuSeconds / talk.acked) * 1e6;
    const perSecond = talk.acked / talk.seconds;
    tell(
      `${work}, ${name}: ${perSecond.toFixed(0)}/s, ${micros(talk.cpu.server + talk.cpu.postgres).toFixed(0)} µs`,
    );
    await services.load.order("dismiss", null);
    const figures = {
      "messages/s": perSecond,
      "node + database µs": micros(talk.cpu.server + talk.cpu.postgres),
      "node µs": micros(talk.cpu.server),
      "database µs": micros(talk.cpu.postgres),
      "redis µs": micros(talk.cpu.redis),
      "ack p50 ms": talk.ackP50,
      "ack p99 ms": talk.ackP99,
      "load core %": (talk.cpu.load / talk.seconds) * 100,
    };
    return [{ scenario: "appends", work, subject: name, figures }];
  } finally {
    await setFlush(services, 0);
    await subject.stop();
  }
}

/** Stored before acked: what that costs, beside one transaction per message. */
export const appends: Scenario = {
  name: "appends",
  title: `Durable messages, ${inFlight} in flight from ${sockets} sockets, nobody in the rooms`,
  parts: (isQuick) =>
    (isQuick ? works.slice(0, 2) : works).flatMap((work): Part[] => [
      (round) => measureAppends(round, work, "parley", startParley),
      (round) =>
        measureAppends(round, work, "plain, counter", (services, options) =>
          startPlain(services, options, "counter"),
        ),
    ]),
};
