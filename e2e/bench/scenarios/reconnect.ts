import { setTimeout as pass } from "node:timers/promises";
import { bring, settle } from "../crowds.js";
import type { Row } from "../figures.js";
import { metricsKey, startParley } from "../parley.js";
import type { Round, Scenario } from "./scenario.js";

const roomSize = 100;

/** The 99th percentile of a node's event-loop delay since the last look, in ms. */
async function eventLoopLag(port: number): Promise<number> {
  const headers = { authorization: `Bearer ${metricsKey}`, accept: "text/plain" };
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
  const line = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(await response.text());
  return Number(line?.[1]) * 1000;
}

const speech = { pace: { kind: "rate", perSecond: 50 } as const, anywhere: false, seed: 1 };

/** Sockets in rooms of a hundred on the first node; two more on each of the others hear and speak in all rooms. */
function places(sockets: number): { places: number[][]; nodeOf: (socket: number) => number } {
  const rooms = sockets / roomSize;
  const everywhere = Array.from({ length: rooms }, (_, room) => room);
  return {
    places: Array.from({ length: sockets + 4 }, (_, i) =>
      i < sockets ? [Math.floor(i / roomSize)] : everywhere,
    ),
    nodeOf: (socket) => (socket < sockets ? 0 : 1 + (socket % 2)),
  };
}

async function measureReconnect({ services, tell }: Round): Promise<Row[]> {
  const { load } = services;
  const subject = await startParley(services, { nodes: 3 });
  const sockets = 2000;
  const [, ...survivors] = subject.nodes;
  try {
    const elsewhere = survivors.map(({ port }) => port);
    await bring(services, subject, { rooms: sockets / roomSize, ...places(sockets), elsewhere });
    await settle();
    await load.order("talk", { ...speech, seconds: 1 });
    await Promise.all(survivors.map(({ port }) => eventLoopLag(port)));
    const cutAt = performance.timeOrigin + performance.now();
    subject.kill(0);
    // What a socket says that is just being cut would never be answered.
    await pass(200);
    const talking = load.order("talk", { ...speech, seconds: 4 });
    const comeback = await load.order("comeback", { cutAt });
    const { gaps, faults } = await talking;
    if (comeback === null) throw new Error("not everybody came back within a minute");
    if (gaps + comeback.missing > 0) throw new Error(`${gaps} deliveries are missing after the comeback`);
    if (faults.length > 0) throw new Error(faults[0]);
    const lags = await Promise.all(survivors.map(({ port }) => eventLoopLag(port)));
    const lag = Math.max(...lags);
    tell(`${comeback.count} back after ${comeback.seconds.toFixed(2)} s, lag p99 ${lag.toFixed(0)} ms`);
    await load.order("dismiss", null);
    const figures = {
      "clients back": comeback.count,
      "all back s": comeback.seconds,
      "event loop p99 ms": lag,
    };
    return [{ scenario: "reconnect", work: `${sockets} clients of a dead node`, subject: "parley", figures }];
  } finally {
    await subject.stop();
  }
}

/** A node with all clients dies; two others take them. */
export const reconnect: Scenario = {
  name: "reconnect",
  isSlow: true,
  title: "A node dies: until all its clients are back and have what they missed",
  parts: () => [measureReconnect],
};
