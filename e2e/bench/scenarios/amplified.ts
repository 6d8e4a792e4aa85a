import { setTimeout as pass } from "node:timers/promises";
import { bring, settle } from "../crowds.js";
import type { Row } from "../figures.js";
import { startParley } from "../parley.js";
import { micros, perSecond, usedBy, type Used } from "../scaling/used.js";
import type { Round } from "./scenario.js";

const sockets = 1000;

/** Something that a node does seldom, made frequent by a setting. */
interface Amplified {
  work: string;
  settings: Record<string, string>;
  rooms: number;
  timesASecond: number;
}

const seldom = {
  HEAD_POLL_INTERVAL_MS: "60000",
  HEARTBEAT_INTERVAL_MS: "600000",
  INSTANCE_TIMEOUT_MS: "3600000",
};

/** What connections cost that do nothing; the others are compared with that. */
export const idleConnections: Amplified = {
  work: "an idle connection, each second",
  settings: seldom,
  rooms: sockets,
  timesASecond: 1,
};

/** What is done for each room, and for each member of one. */
export const amplified: Amplified[] = [
  {
    work: "a room, each look at heads",
    settings: { ...seldom, HEAD_POLL_INTERVAL_MS: "50" },
    rooms: sockets,
    timesASecond: 20,
  },
  {
    work: "a member alone in a room, each heartbeat",
    settings: { ...seldom, HEARTBEAT_INTERVAL_MS: "1000" },
    rooms: sockets,
    timesASecond: 1,
  },
  {
    work: "a member of a room of 1000, each heartbeat",
    settings: { ...seldom, HEARTBEAT_INTERVAL_MS: "1000" },
    rooms: 1,
    timesASecond: 1,
  },
];

/** Measures a node with a thousand sockets that say nothing; `idle` is a second of one that does not do this. */
export async function measureAmplified(
  { services, isQuick, tell }: Round,
  { work, settings, rooms, timesASecond }: Amplified,
  idle: Used,
): Promise<{ row: Row; second: Used }> {
  const subject = await startParley({ ...services, settings: { ...services.settings, ...settings } });
  // Sessions are looked at every five seconds.
  const seconds = isQuick ? 10 : 20;
  try {
    const places = Array.from({ length: sockets }, (_, i) => [i % rooms]);
    await bring(services, subject, { rooms, places });
    await settle();
    // Who came is told to everybody, and the compiler is done with it.
    await pass(isQuick ? 3000 : 6000);
    const used = await usedBy(services, subject, () => pass(seconds * 1000));
    await services.load.order("dismiss", null);
    const second = perSecond(used, seconds);
    const figures = micros(second, idle, sockets * timesASecond);
    tell(`${work}: node ${figures["node µs"]?.toFixed(1)} µs`);
    return { row: { scenario: "overhead", work, subject: "parley", figures }, second };
  } finally {
    await subject.stop();
  }
}
