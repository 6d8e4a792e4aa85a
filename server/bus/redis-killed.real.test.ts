import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestBus } from "../test/bus.js";
import { joinAs, startTestNode, total, watchRejections, type TestNode } from "../test/node.js";
import { createRedisServers, freePorts, type RedisServers } from "../test/redis-servers.js";
import { eventually } from "../test/services.js";

const rejections = watchRejections();

describe("two nodes whose Redis is killed and started again", () => {
  let servers: RedisServers;
  let port: number;
  let nodes: TestNode[] = [];
  beforeEach(async () => {
    servers = createRedisServers();
    [port = 0] = await freePorts(1);
    await servers.start(port);
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await servers.close();
  });

  it("count failed publishes, throw nothing, and deliver to each other again by themselves", async () => {
    const known = new Set<string>();
    const start = () => startTestNode(openTestBus(`redis://127.0.0.1:${port}`, known));
    const [a, b] = [await start(), await start()];
    nodes = [a, b];
    const client = await joinAs(b);
    a.io.emit("before");
    await eventually("delivery before", () => client.heard.length === 1);
    const told = b.lost();

    await servers.kill(port);
    await eventually("both nodes degraded", () => a.bus.isDegraded() && b.bus.isDegraded());
    const failures = await total(a.metrics.pubsubPublishFailures);
    for (let i = 0; i < 50; i += 1) a.io.emit("lost", i);
    await eventually(
      "50 failures counted",
      async () => (await total(a.metrics.pubsubPublishFailures)) - failures === 50,
    );

    await servers.start(port);
    await eventually("both nodes well", () => !a.bus.isDegraded() && !b.bus.isDegraded(), 15_000);
    await eventually("the loss told", () => b.lost() > told);
    a.io.emit("after");
    await eventually("delivery after", () => client.heard.some(([name]) => name === "after"));
    expect(client.heard.map(([name]) => name)).toEqual(["before", "after"]);
    expect(client.cuts).toEqual([]);
    expect(rejections).toEqual([]);
    client.socket.disconnect();
  });
});
