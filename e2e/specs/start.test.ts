import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { connect, connectAdmin } from "../support/person.js";
import { enter, guest, request } from "../support/session.js";
import { freePorts } from "../support/ports.js";
import { startStack } from "../support/stack.js";

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("the runner", () => {
  it("ends every process on Ctrl-C and removes cluster.json", async () => {
    const stack = await startStack({ NODES: "1" });
    const pids = stack.processes().map((process) => process.pid);
    expect(
      stack
        .processes()
        .map((process) => process.role)
        .sort(),
    ).toEqual(["emitter", "nginx", "node", "postgres", "redis", "worker"]);
    const file = join(stack.dataDir, "cluster.json");
    expect(existsSync(file)).toBe(true);
    expect(await stack.stop()).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it("starts again whatever dies, and rewrites cluster.json", async () => {
    const stack = await startStack({ NODES: "1" });
    try {
      for (const id of ["node-1", "emitter-1", "worker-1", "redis", "nginx", "postgres"]) {
        const { pid } = stack.process(id);
        process.kill(pid, "SIGKILL");
        await eventually(`another process for ${id}`, () => stack.process(id).pid !== pid, 15_000);
      }
      await eventually(
        "the cluster is well again",
        async () => {
          const { body } = await request(stack.url, "GET", "/health");
          return body.status === "ok";
        },
        20_000,
      );
    } finally {
      await stack.stop();
    }
  });

  it("names a port that is taken, and what moves it", async () => {
    const port = await freePorts(1);
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    await expect(startStack({ REDIS_PORT: String(port) })).rejects.toThrow(
      new RegExp(`${port}[\\s\\S]*REDIS_PORT`),
    );
    server.close();
  });

  it("names a setting that is wrong", async () => {
    await expect(startStack({ NODES: "many" })).rejects.toThrow(/NODES/);
    await expect(startStack({ LIMIT_MESAGES: "1/1", NODES: "1" })).rejects.toThrow(/LIMIT_MESAGES/);
  });

  it("runs one node without Redis and nginx with --single", async () => {
    const stack = await startStack({}, ["--single"]);
    try {
      const roles = stack.processes().map((process) => process.role);
      expect(roles).not.toContain("redis");
      expect(roles).not.toContain("nginx");
      expect((await request(stack.url, "GET", "/health")).body).toMatchObject({
        status: "ok",
        checks: { redis: "off" },
      });
      const [ann, bob] = [
        await connect(await guest(stack.url, "Ann")),
        await connect(await guest(stack.url, "Bob")),
      ];
      await ann.join("general");
      await bob.join("general");
      await ann.say("general", "alone together");
      await eventually("Bob has it", () => bob.texts("general").includes("alone together"));
      ann.close();
      bob.close();
      const dashboard = connectAdmin(await enter(stack.url, "/api/session", stack.admin));
      const health = await new Promise((resolve) => dashboard.once("cluster:health", resolve));
      expect(health).toMatchObject({ distributedMode: false, instances: [{ instanceId: "node-1" }] });
      dashboard.close();
    } finally {
      await stack.stop();
    }
  });

  it("stops a node by SIGTERM without losing a message of those who move", async () => {
    const stack = await startStack({ NODES: "2", LIMIT_MESSAGES: "off" });
    try {
      const people = await Promise.all(
        Array.from({ length: 10 }, async (_, i) => connect(await guest(stack.url, `Mover ${i}`))),
      );
      for (const person of people) await person.join("general");
      const home = (await request(stack.url, "GET", "/health")).body.instanceId as string;
      const other = home === "node-1" ? "node-2" : "node-1";
      const speaker = await connect(await guest(stack.process(other).url, "Speaker"));
      const { pid } = stack.process(home);
      const said: string[] = [];
      process.kill(pid, "SIGTERM");
      for (let i = 0; i < 50; i += 1) {
        const answer = await speaker.say("general", `word ${i}`);
        expect(answer.ok).toBe(true);
        said.push(`word ${i}`);
      }
      await eventually("a new process", () => stack.process(home).pid !== pid, 20_000);
      for (const person of people)
        await eventually(
          "everybody has every acked message",
          () => {
            const texts = person.texts("general");
            return said.every((text) => texts.filter((shown) => shown === text).length === 1);
          },
          20_000,
        );
      [...people, speaker].forEach((person) => person.close());
    } finally {
      await stack.stop();
    }
  });
});
