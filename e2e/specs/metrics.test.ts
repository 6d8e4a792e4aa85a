import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../compose/paths.js";
import type { RunningServer } from "../../compose/running-server.js";
import type { MetricsJson } from "../../shared/http.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { freePorts } from "../support/ports.js";
import { prometheusFolder, promtool, startPrometheus, writeConfiguration } from "../support/prometheus.js";
import { at, guest, request, type Session } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

const key = "metrics-key-0123456789-abcdefghijklmnop";
const ids = ["emitter-1", "node-1", "node-2", "worker-1"];

let stack: Stack;
let session: Session;
let ann: Person;
let ben: Person;

const url = (id: string) => stack.process(id).url;
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

async function json(id: string): Promise<MetricsJson> {
  const answer = await request(url(id), "GET", "/metrics", undefined, bearer(key));
  expect(answer.status).toBe(200);
  return answer.body as object as MetricsJson;
}

async function text(id: string): Promise<string> {
  const headers = { ...bearer(key), accept: "text/plain" };
  return (await request(url(id), "GET", "/metrics", undefined, headers)).body.text as string;
}

/** Value of a series without labels. */
const valueIn = (body: string, name: string) => Number(new RegExp(`^${name} (.*)$`, "m").exec(body)?.[1]);

const seriesOf = (body: string) => body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

const nameOf = (line: string) => line.slice(0, line.lastIndexOf(" "));

beforeAll(async () => {
  stack = await startStack({
    NODES: "2",
    METRICS_API_KEY: key,
    LIMIT_MESSAGES: "off",
    LIMIT_COMMANDS: "off",
  });
  session = await guest(url("node-1"), "Ann");
  ann = await connect(session);
  ben = await connect(at(url("node-2"), session));
  await ann.join("general");
  await ben.join("general");
});

afterAll(async () => {
  ann?.close();
  ben?.close();
  await stack?.stop();
});

describe("metrics as JSON (H11)", () => {
  it("have every field on every role", async () => {
    for (const id of ids) {
      const body = await json(id);
      expect(body).toEqual({
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        instanceId: id,
        distributedMode: true,
        pubsub: {
          messagesPublished: expect.any(Number) as number,
          messagesReceived: expect.any(Number) as number,
          publishFailures: 0,
          averageLatencyMs: expect.any(Number) as number,
          maxLatencyMs: expect.any(Number) as number,
          latencyWindowMs: 60_000,
          isDegraded: false,
          uptime: expect.any(Number) as number,
        },
        chat: { connectedClients: id.startsWith("node") ? 1 : 0 },
        cluster: { activeInstances: 4, instances: expect.any(Array) as [] },
        presence: expect.objectContaining({ guests: expect.any(Number) as number }) as object,
      });
      expect(Math.abs(Date.parse(body.timestamp) - Date.now())).toBeLessThan(5000);
      expect(body.pubsub.maxLatencyMs).toBeGreaterThanOrEqual(body.pubsub.averageLatencyMs);
      expect(body.cluster.instances.map((each) => each.instanceId)).toEqual(ids);
      for (const each of body.cluster.instances) {
        expect(each).toMatchObject({ connectedClients: expect.any(Number) as number });
        expect(Date.now() - each.startedAt).toBeLessThan(120_000);
        expect(each.startedAt).toBeLessThanOrEqual(each.lastHeartbeat);
        expect(each.heartbeatAgeMs).toBeLessThan(15_000);
      }
    }
  });

  it("count what is published, received and stored, the same as in Prometheus' text", async () => {
    const before = { one: await json("node-1"), two: await json("node-2"), text: await text("node-1") };
    // One after the other: what comes at once is published together.
    for (let i = 0; i < 10; i += 1) {
      expect(await ann.say("general", `count ${i}`)).toMatchObject({ ok: true });
      await eventually("it at the other node", () => ben.texts("general").includes(`count ${i}`));
    }
    const after = { one: await json("node-1"), two: await json("node-2"), text: await text("node-1") };
    const grown = (field: "messagesPublished" | "messagesReceived", side: "one" | "two") =>
      after[side].pubsub[field] - before[side].pubsub[field];
    expect(grown("messagesPublished", "one")).toBeGreaterThanOrEqual(10);
    expect(grown("messagesReceived", "two")).toBeGreaterThanOrEqual(10);
    expect(after.one.pubsub.uptime).toBeGreaterThan(before.one.pubsub.uptime);
    const stored = (side: string) => valueIn(side, "chat_messages_appended_total");
    expect(stored(after.text) - stored(before.text)).toBe(10);
    expect(valueIn(after.text, "chat_pubsub_published_total")).toBeGreaterThanOrEqual(
      after.one.pubsub.messagesPublished,
    );
    expect(valueIn(after.text, "chat_instances")).toBe(4);
    expect(valueIn(after.text, "chat_connected_clients")).toBe(1);
    expect(valueIn(after.text, "chat_database_failed")).toBe(0);
    expect(valueIn(after.text, "chat_instance_heartbeat_age_seconds")).toBeLessThan(15);
  });
});

describe("the key (T7)", () => {
  /** Status of a request from an address of this machine. */
  const statusFrom = (localAddress: string, authorization: string) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(url("worker-1"));
      const options = { hostname, port, path: "/metrics", localAddress, agent: false };
      httpRequest({ ...options, headers: { authorization } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });

  it("is taken from the header only, and only whole; the scheme's case does not matter", async () => {
    const from = (authorization: string) => statusFrom("127.0.0.3", authorization);
    for (const wrong of ["", "Bearer", "Bearer ", `Bearer ${key.slice(0, -1)}`, `Bearer ${key}x`, key])
      expect(await from(wrong), wrong).toBe(401);
    expect((await request(url("worker-1"), "GET", `/metrics?key=${key}`)).status).toBe(401);
    expect(await from(`bearer ${key}`)).toBe(200);
    expect(await from(`Bearer ${key}`)).toBe(200);
  });

  it("can be guessed 30 times a minute, by each address for itself", async () => {
    const failures = async () => valueIn(await text("worker-1"), 'chat_auth_failures_total{what="metrics"}');
    const before = await failures();
    for (let i = 0; i < 30; i += 1) expect(await statusFrom("127.0.0.2", `Bearer guess-${i}`)).toBe(401);
    const after = await failures();
    expect(after - before).toBe(30);
    expect(await statusFrom("127.0.0.2", "Bearer guess-31")).toBe(429);
    expect(await statusFrom("127.0.0.2", `Bearer ${key}`)).toBe(429);
    expect(await statusFrom("127.0.0.1", `Bearer ${key}`)).toBe(200);
    expect(await text("worker-1")).toContain('chat_rate_limited_total{limit="metrics"} 2');
  });

  it("is in no log", () => {
    const logs = join(stack.dataDir, "logs");
    for (const name of readdirSync(logs)) expect(readFileSync(join(logs, name), "utf8")).not.toContain(key);
    expect(stack.output()).not.toContain(key);
  });
});

describe("labels (T34)", () => {
  it("do not grow with what clients send", async () => {
    const before = new Set(seriesOf(await text("node-1")).map(nameOf));
    const base = url("node-1");
    const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "REPORT"];
    const random = () => randomBytes(6).toString("hex");
    for (let i = 0; i < 5000; i += 50) {
      const batch = Array.from({ length: 50 }, (_, k) =>
        fetch(`${base}/${k % 2 === 0 ? "api/" : ""}${random()}?${random()}`, {
          method: methods[(i + k) % methods.length] ?? "GET",
          headers: { "user-agent": random() },
        }).then((response) => response.arrayBuffer()),
      );
      await Promise.all(batch);
    }
    const untyped = ann.socket as unknown as { emit(event: string, ...values: unknown[]): void };
    for (let i = 0; i < 500; i += 1) {
      untyped.emit(random(), {});
      untyped.emit("room:join", { room: random() });
    }
    await ann.say("general", "after the flood");
    const body = await text("node-1");
    const grown = seriesOf(body).filter((line) => !before.has(nameOf(line)));
    expect(grown.length, grown.join("\n")).toBeLessThanOrEqual(5);
    expect(Buffer.byteLength(body)).toBeLessThan(200_000);
  });
});

describe("what is shipped for Prometheus and Grafana", () => {
  let prometheus: RunningServer;
  let configuration: string;

  const ask = async (path: string) => {
    const answer = await request(prometheus.url, "GET", `/api/v1/${path}`);
    return answer.body as { status: string; data: never };
  };
  const query = async (expression: string) => {
    const { status, data } = await ask(`query?query=${encodeURIComponent(expression)}`);
    expect(status, expression).toBe("success");
    return (data as { result: { metric: Record<string, string>; value: [number, string] }[] }).result;
  };

  const dashboard = JSON.parse(readFileSync(join(projectRoot, "compose/grafana/parley.json"), "utf8")) as {
    panels: { targets: { expr: string }[] }[];
  };
  const panelExpressions = dashboard.panels
    .flatMap((panel) => panel.targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*"));

  beforeAll(async () => {
    const targets = ids.map((id) => stack.process(id));
    configuration = writeConfiguration(stack.dataDir, key, targets);
    prometheus = await startPrometheus(stack.dataDir, configuration, await freePorts(1));
  });
  afterAll(() => prometheus?.stop());

  it("passes promtool: rules, their tests, the configuration", async () => {
    for (const args of [
      ["check", "rules", "alerts.yml"],
      ["test", "rules", "alerts.test.yml"],
      ["check", "config", configuration],
    ]) {
      const { code, output } = await promtool(args);
      expect(output, args.join(" ")).not.toContain("FAILED");
      expect(code).toBe(0);
    }
  });

  it("has a test, a summary, a description and a runbook for each alert, whose heading exists", () => {
    const rules = readFileSync(join(prometheusFolder, "alerts.yml"), "utf8").split("- alert: ").slice(1);
    const tests = readFileSync(join(prometheusFolder, "alerts.test.yml"), "utf8");
    const headings = readFileSync(join(projectRoot, "docs/operations.md"), "utf8")
      .split("\n")
      .flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? [])
      .map((heading) =>
        heading
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, "")
          .replaceAll(" ", "-"),
      );
    expect(rules.length).toBeGreaterThanOrEqual(10);
    for (const rule of rules) {
      expect(tests).toContain(`alertname: ${/^\w+/.exec(rule)?.[0]}`);
      for (const field of ["summary", "description", "runbook"]) expect(rule).toContain(`${field}: `);
      expect(headings).toContain(/operations\.md#([a-z0-9-]+)/.exec(rule)?.[1]);
    }
  });

  it("gives metrics that promtool accepts", async () => {
    for (const id of ids) {
      const { output } = await promtool(["check", "metrics"], await text(id));
      // What it has against prom-client's own names is none of ours.
      expect(output.split("\n").filter((line) => line.startsWith("chat_"))).toEqual([]);
      expect(output).not.toContain("error while linting");
    }
  });

  it("names only metrics that exist", async () => {
    const exposed = (await text("node-1")).matchAll(/^([a-z_0-9]+)(?:\{| )/gm);
    const known = new Set([...exposed].map((match) => match[1]));
    const rules = readFileSync(join(prometheusFolder, "alerts.yml"), "utf8");
    const used = [rules, ...panelExpressions].join("\n").matchAll(/\b(?:chat|process|nodejs)_[a-z0-9_]+\b/g);
    const names = new Set([...used].map(([name]) => name));
    expect(names.size).toBeGreaterThan(15);
    expect([...names].filter((name) => !known.has(name))).toEqual([]);
  });

  it("is scraped by a real Prometheus, which answers with our numbers", async () => {
    await eventually(
      "all instances scraped",
      async () => (await query('sum(up{job="parley"})'))[0]?.value[1] === "4",
      20_000,
    );
    const total = valueIn(await text("node-1"), "chat_messages_appended_total");
    const node = new URL(url("node-1")).host;
    await eventually(
      "the stored messages",
      async () =>
        Number((await query(`chat_messages_appended_total{instance="${node}"}`))[0]?.value[1]) === total,
      15_000,
    );
    for (const expression of panelExpressions) await query(expression);
  });

  it("tells when Redis is gone, and when it is back", async () => {
    const alerts = async () =>
      ((await ask("alerts")).data as { alerts: { state: string; labels: { alertname: string } }[] }).alerts
        .filter(({ state }) => state === "firing")
        .map(({ labels }) => labels.alertname);
    expect(await alerts()).toEqual([]);
    const { pid } = stack.process("redis");
    process.kill(pid, "SIGSTOP");
    try {
      await eventually("the alert", async () => (await alerts()).includes("ParleyDegraded"), 45_000);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await eventually(
      "the end of the alert",
      async () => !(await alerts()).includes("ParleyDegraded"),
      30_000,
    );
  });
});
