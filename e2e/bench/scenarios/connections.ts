import { bring, settle } from "../crowds.js";
import { measureCpu } from "../cpu.js";
import type { Row } from "../figures.js";
import { openInspector } from "../inspector.js";
import { startParley } from "../parley.js";
import type { Services } from "../services.js";
import { startPlain, type StartOptions, type Subject } from "../subject.js";
import type { Part, Round, Scenario } from "./scenario.js";

const subjects: Record<string, (services: Services, options: StartOptions) => Promise<Subject>> = {
  parley: startParley,
  plain: startPlain,
};

/** Everybody in one room of a hundred. */
const placesOf = (sockets: number) => Array.from({ length: sockets }, (_, i) => [Math.floor(i / 100)]);

async function measureStorm({ services, isQuick, tell }: Round, name: string): Promise<Row[]> {
  const subject = await (subjects[name] as (typeof subjects)[string])(services, {});
  const sockets = isQuick ? 500 : 3000;
  try {
    // Once unmeasured, for the compiler; and it is over, closing too, before the measurement begins.
    await bring(services, subject, { rooms: 3, places: placesOf(300) });
    await services.load.order("dismiss", null);
    await settle();
    const pids = subject.nodes.map(({ pid }) => pid);
    const read = measureCpu({
      server: pids,
      postgres: [services.pids.postgres],
      redis: [services.pids.redis],
    });
    const places = placesOf(sockets);
    const { seconds } = await bring(services, subject, { rooms: sockets / 100, places, together: 200 });
    await settle();
    const cpu = read();
    const micros = (cpuSeconds: number) => (cpuSeconds / sockets) * 1e6;
    tell(`${name}: ${(sockets / seconds).toFixed(0)} connections a second`);
    await services.load.order("dismiss", null);
    const figures = {
      "connects/s": sockets / seconds,
      "node µs/connect": micros(cpu.server),
      "database µs/connect": micros(cpu.postgres),
      "redis µs/connect": micros(cpu.redis),
    };
    return [{ scenario: "storm", work: `${sockets} connect and join`, subject: name, figures }];
  } finally {
    await subject.stop();
  }
}

/** Everybody comes at once. */
export const storm: Scenario = {
  name: "storm",
  title: "Connect storm: each socket connects and joins one room, 200 at a time",
  parts: () =>
    Object.keys(subjects).map(
      (name): Part =>
        (round) =>
          measureStorm(round, name),
    ),
};

async function measureIdle({ services, isQuick, tell }: Round, name: string): Promise<Row[]> {
  const subject = await (subjects[name] as (typeof subjects)[string])(services, { inspect: true });
  const sockets = isQuick ? 1000 : 5000;
  try {
    const inspector = await openInspector(subject.nodes[0]?.inspectPort ?? 0);
    // What the first hundred make the server load and compile is not a connection's.
    const few = placesOf(100);
    await bring(services, subject, { rooms: 1, places: few });
    await settle();
    const before = await inspector.heapInUse();
    await bring(services, subject, { rooms: sockets / 100, places: placesOf(sockets) });
    await settle();
    const after = await inspector.heapInUse();
    inspector.close();
    const each = (after - before) / 1024 / (sockets - few.length);
    tell(`${name}: ${each.toFixed(1)} KiB of heap for a connection`);
    await services.load.order("dismiss", null);
    const figures = { "heap KiB/connection": each, "heap MiB": after / 2 ** 20 };
    return [{ scenario: "idle", work: `${sockets} idle sockets`, subject: name, figures }];
  } finally {
    await subject.stop();
  }
}

/** What a connection keeps that says nothing. */
export const idle: Scenario = {
  name: "idle",
  title: "Memory: JavaScript heap in use after collection, sockets in one room each",
  parts: () =>
    Object.keys(subjects).map(
      (name): Part =>
        (round) =>
          measureIdle(round, name),
    ),
};
