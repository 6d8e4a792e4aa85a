import { mkdtemp, rm } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProxy, type Proxy } from "../faults/proxy.js";
import { ownPostgres, type OwnServer } from "../faults/servers.js";
import { eventually } from "../support/eventually.js";
import { metricsKey, readMetrics } from "../support/metrics.js";
import { connect } from "../support/person.js";
import { freePorts } from "../support/ports.js";
import { openRawClient, type RawClient } from "../support/raw-client.js";
import { at, guest } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

/** What a busy machine of two cores takes easily; `STORM_CLIENTS=2000` is what is promised. */
const crowd = Number(process.env.STORM_CLIENTS ?? 500);
/** So many come in at a time before the storm, each with a session that others have too. */
const sessions = 50;
/** Said while the crowd is away. */
const missed = 30;

let dataDir: string;
let postgres: OwnServer;
let proxy: Proxy;
let stack: Stack;
const clients: RawClient[] = [];
/** Statements that reached Postgres. */
const statements = { fills: 0, permissions: 0, sessions: 0 };

const count = (text: string, part: string) => text.split(part).length - 1;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "parley-storm-"));
  postgres = await ownPostgres(dataDir, await freePorts(1));
  proxy = await openProxy(postgres.url, (_line, chunk) => {
    const text = chunk.toString("latin1");
    statements.fills += count(text, "FROM room_events");
    statements.permissions += count(text, "LEFT JOIN room_members");
    statements.sessions += count(text, '"sessions" WHERE sid');
  });
  stack = await startStack({
    DATABASE_URL: proxy.url,
    METRICS_API_KEY: metricsKey,
    LIMIT_GUESTS: "off",
    LIMIT_MESSAGES: "off",
    LIMIT_COMMANDS: "100000/100000",
    LIMIT_CONNECTIONS_PER_IP: "60000",
    LIMIT_CONNECTIONS_PER_USER: "60000",
  });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await stack?.stop();
  proxy?.close();
  await postgres?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** An address of the loopback that nginx leads to this node. */
async function addressOf(instanceId: string): Promise<string> {
  for (let i = 1; i < 250; i += 1) {
    const localAddress = `127.${i}.${i}.1`;
    const text = await new Promise<string>((resolve, reject) => {
      get(`${stack.url}/health`, { localAddress, agent: false }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve(body));
      }).on("error", reject);
    });
    if ((JSON.parse(text) as { instanceId: string }).instanceId === instanceId) return localAddress;
  }
  throw new Error(`no address leads to ${instanceId}`);
}

const lag = async (instanceId: string) => {
  const value = await readMetrics(stack.process(instanceId).url);
  return Math.round(value("nodejs_eventloop_lag_p99_seconds") * 1000);
};

describe(`F-21 ${crowd} clients that come back at once`, () => {
  it("are all in again within 20 s, with everything they missed, and with few reads", async () => {
    const victim = stack.process("node-1");
    const address = await addressOf("node-1");
    const entered = await Promise.all(
      Array.from({ length: sessions }, (_, i) => guest(stack.process("node-2").url, `Guest ${i}`)),
    );
    const bob = await connect(await guest(stack.process("node-2").url, "Bob"));
    await bob.join("general");
    const say = async (text: string) => {
      const answer = await bob.say("general", text);
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.data.offset;
    };
    await say("before");
    const openedAt = performance.now();
    while (clients.length < crowd) {
      for (const session of entered.slice(0, Math.min(sessions, crowd - clients.length)))
        clients.push(openRawClient(at(stack.url, session), address, "general"));
      await eventually("everybody is in", () => clients.every((client) => client.isIn()), 20_000);
    }
    const inMs = Math.round(performance.now() - openedAt);
    expect((await readMetrics(victim.url))("chat_connected_clients")).toBe(crowd);

    const pids = () => ["node-2", "node-3", "emitter-1", "worker-1"].map((id) => stack.process(id).pid);
    const before = pids();
    await Promise.all(["node-2", "node-3"].map(lag));
    Object.assign(statements, { fills: 0, permissions: 0, sessions: 0 });
    const killedAt = performance.now();
    process.kill(victim.pid, "SIGKILL");
    let head = 0;
    for (let i = 0; i < missed; i += 1) head = await say(`missed ${i}`);
    await eventually(
      "everybody is in again",
      () => clients.every((client) => client.isIn() && client.joins() > 1),
      20_000,
    );
    const backMs = Math.round(performance.now() - killedAt);
    const lags = await Promise.all(["node-2", "node-3"].map(lag));
    await eventually(
      "everybody has what was said",
      () => clients.every((one) => one.position() >= head),
      3000,
    );

    console.log({ crowd, inMs, backMs, lagP99Ms: lags, ...statements });
    expect(pids()).toEqual(before);
    expect(statements.fills).toBeLessThan(crowd / 5);
    expect(statements.permissions).toBeLessThan(crowd);
    expect(stack.output()).not.toMatch(/unhandled rejection|uncaught exception/);
    bob.close();
  });
});
