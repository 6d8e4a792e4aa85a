import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeRun } from "../faults/report.js";
import { run, type Hurt } from "../faults/run.js";
import { nodes, replaced, startWorld, type World } from "../faults/world.js";
import { eventually } from "../support/eventually.js";
import { metricsKey, readMetrics } from "../support/metrics.js";
import { connect, type Person } from "../support/person.js";
import { relayTo } from "../support/relay.js";
import { guest } from "../support/session.js";

/** One whose connections are counted. */
interface Counted {
  name: string;
  transport: "websocket" | "polling";
  /** The node he goes to; null behind nginx. */
  node: string | null;
  person: Person;
  /** Since the last look. */
  connections: number;
}

let world: World;
const counted: Counted[] = [];
const closing: (() => void)[] = [];

async function count(base: string, node: string | null, transport: Counted["transport"]): Promise<void> {
  const name = `${transport} ${node ?? "nginx"} ${counted.length}`;
  const person = await connect(await guest(base, name), [transport]);
  await person.join("general");
  const entry: Counted = { name, transport, node, person, connections: 0 };
  person.socket.on("connect", () => void (entry.connections += 1));
  counted.push(entry);
  closing.push(person.close);
}

beforeAll(async () => {
  world = await startWorld({ env: { METRICS_API_KEY: metricsKey } });
  for (const { instanceId, url } of nodes(world)) {
    const relay = await relayTo(world.stack.url, instanceId);
    closing.push(relay.close);
    for (const transport of ["websocket", "websocket", "websocket", "polling"] as const) {
      await count(url, instanceId, transport);
      await count(relay.url, null, transport);
    }
  }
});
afterAll(async () => {
  for (const close of closing.toReversed()) close();
  await world?.stop();
});

const lagMs = async (url: string) =>
  Math.round((await readMetrics(url))("nodejs_eventloop_lag_p99_seconds") * 1000);

/** Restarts one node; returns the event-loop lags of those that stay. */
async function restart(instanceId: string): Promise<number[]> {
  const staying = nodes(world).filter((node) => node.instanceId !== instanceId);
  for (const entry of counted) entry.connections = 0;
  // The figure is since the last look.
  for (const { url } of staying) await lagMs(url);
  const { pid } = world.stack.process(instanceId);
  world.end(pid, "SIGTERM");
  await replaced(world.stack, instanceId, pid);
  const allIn = () => counted.every(({ person }) => person.socket.connected);
  await eventually("everybody is connected", allIn, 20_000);
  const lags = await Promise.all(staying.map(({ url }) => lagMs(url)));
  for (const { name, node, transport, connections } of counted) {
    const most = transport === "websocket" ? 1 : 2;
    if (node === instanceId) expect(connections, `${name}, of the restarted node`).toBeGreaterThanOrEqual(1);
    else if (node !== null) expect(connections, `${name}, of another node`).toBe(0);
    expect(connections, name).toBeLessThanOrEqual(most);
  }
  return lags;
}

const rollOn: Hurt = async (_world, _people, _options, _record, tell) => {
  let moved = 0;
  for (const { instanceId } of nodes(world)) {
    const lags = await restart(instanceId);
    const went = counted.filter(({ node, connections }) => node === null && connections > 0).length;
    moved += went;
    tell(`${instanceId}: lag p99 of the others ${lags.join(" and ")} ms, ${went} behind nginx moved`);
  }
  // Each of them was on a node that was restarted, at least once.
  expect(moved).toBeGreaterThanOrEqual(counted.filter(({ node }) => node === null).length);
};

describe("F-17 a rolling restart under load", () => {
  it("costs each client one connection for each move, and nobody a message", async () => {
    world.crashed();
    const options = { people: 20, rooms: 3, perSecond: 20, together: 0, seconds: 0, blows: 0 };
    const result = await run(world, { ...options, seed: 1 }, console.log, rollOn);
    console.log(describeRun(result));
    expect(result.violations).toEqual([]);
    expect(world.crashed()).toEqual([]);
  });
});
