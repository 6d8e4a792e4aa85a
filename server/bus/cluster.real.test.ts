import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../test/bus.js";
import { joinAs, startTestNode, watchRejections, type TestClient, type TestNode } from "../test/node.js";
import { startRedisCluster, type TestCluster } from "../test/redis-cluster.js";
import { eventually, redisUrl } from "../test/services.js";
import { livenessChannel } from "./channels.js";

interface ClusterNode extends TestNode {
  /** How often the bus was degraded. */
  timesDegraded(): number;
  orders: string[];
}

const rejections = watchRejections();

describe("three nodes over a Redis Cluster", () => {
  let cluster: TestCluster;
  let nodes: ClusterNode[] = [];
  let clients: TestClient[] = [];
  const known = new Set<string>();

  async function startNode(): Promise<ClusterNode> {
    let degraded = 0;
    const orders: string[] = [];
    const test: TestBus = openTestBus(cluster.url, known, {
      cacheUrl: redisUrl(8),
      onDegraded: (now) => void (degraded += Number(now)),
      onOrder: (order) => void orders.push(order),
    });
    return { ...(await startTestNode(test, 10_000)), timesDegraded: () => degraded, orders };
  }

  beforeAll(async () => {
    cluster = await startRedisCluster(2000);
    nodes = [await startNode(), await startNode(), await startNode()];
    clients = await Promise.all(nodes.map((node) => joinAs(node)));
  });
  afterAll(async () => {
    clients.forEach(({ socket }) => socket.disconnect());
    await Promise.all(nodes.map((node) => node.close()));
    await cluster?.close();
  });
  afterEach(() => {
    expect(rejections).toEqual([]);
    expect(clients.flatMap(({ cuts }) => cuts)).toEqual([]);
  });

  const heardBy = (client: TestClient | undefined, name: string) =>
    client?.heard.filter(([event]) => event === name).map(([, value]) => value) ?? [];

  it("hear each other through adapter and emitter, to all and to one room", async () => {
    const [room, ...others] = ["room:general", "room:random"];
    for (const [i, node] of nodes.entries()) {
      const [socket] = await node.io.of("/").local.fetchSockets();
      await node.bus.rooms.followRoom(i === 0 ? "random" : "general");
      socket?.join(i === 0 ? (others[0] ?? "") : (room ?? ""));
    }
    nodes.forEach(({ io, bus }, i) => {
      io.emit("all", i);
      io.to(room ?? "").emit("room", i);
      bus.emitter.emit("emitter", i);
      bus.emitter.to(room ?? "").emit("emitter to room", i);
    });
    const all = [0, 1, 2];
    await eventually("everything has come", () =>
      clients.every(
        (client, i) =>
          heardBy(client, "all").length === 3 &&
          heardBy(client, "emitter").length >= 2 &&
          (i === 0 || heardBy(client, "room").length === 3),
      ),
    );
    nodes[0]?.io.emit("marker");
    await eventually("the marker", () => clients.every((client) => heardBy(client, "marker").length === 1));
    expect(clients.map((client) => heardBy(client, "room").sort())).toEqual([[], all, all]);
  });

  it("count who listens on whichever node of the Cluster, and reach one alone", async () => {
    const [a, b] = nodes as [ClusterNode, ClusterNode];
    const channels = [...nodes.map(({ boot }) => livenessChannel(boot)), livenessChannel("nobody")];
    for (const { bus } of nodes) expect(await bus.countListeners(channels)).toEqual([1, 1, 1, 0]);
    expect(await a.bus.order(b.boot, "hello")).toBe(true);
    await eventually("the order", () => b.orders.length === 1);
    expect(nodes.map(({ orders }) => orders.length)).toEqual([0, 1, 0]);
    expect(await a.bus.order("00000000-0000-0000-0000-000000000000", "hello")).toBe(false);
  });

  /**
   * Talks from every node while `fault` happens, until all are well and hear each other again; returns the longest
   * time, ms, in which one heard nothing of another.
   */
  async function talkThrough(fault: () => Promise<void>): Promise<number> {
    let said = 0;
    let silence = 0;
    // What a client heard of each of the other nodes last; what its own node says reaches it without Redis.
    const heard = clients.map((_, to) =>
      nodes.map((_, from) => ({ from, to, number: 0, at: performance.now() })),
    );
    const listeners = clients.map(({ socket }, to) => {
      const listen = (name: string, from: number, number: number) => {
        const last = name === "talk" ? heard[to]?.[from] : undefined;
        if (!last) return;
        if (from !== to) silence = Math.max(silence, performance.now() - last.at);
        Object.assign(last, { number, at: performance.now() });
      };
      socket.onAny(listen);
      return () => socket.offAny(listen);
    });
    const timer = setInterval(() => {
      said += 1;
      nodes.forEach(({ io }, from) => io.emit("talk", from, said));
    }, 20);
    try {
      await fault();
      const after = said;
      await eventually(
        "all are well and hear each other",
        () =>
          nodes.every(({ bus }) => !bus.isDegraded()) &&
          heard.flat().every(({ from, to, number }) => from === to || number > after),
        30_000,
      );
    } finally {
      clearInterval(timer);
      listeners.forEach((off) => off());
    }
    return Math.round(silence);
  }

  const infoOf = (port: number, ...args: string[]) => cluster.tell(port, args).catch(() => "");

  /** A node of the Cluster that some of the buses hear by, a master if possible. */
  async function usedNode(): Promise<{ port: number; role: string }> {
    const found: { port: number; role: string }[] = [];
    for (const port of cluster.ports) {
      if (!/name=parley-test-subscribe /.test(await infoOf(port, "CLIENT", "LIST"))) continue;
      const role = /role:(\w+)/.exec(await infoOf(port, "INFO", "replication"))?.[1] ?? "";
      found.push({ port, role });
    }
    const used = found.find(({ role }) => role === "master") ?? found[0];
    if (!used) throw new Error("no bus is connected");
    return used;
  }

  it.each(["SIGKILL", "SIGSTOP"] as const)(
    "go on over the other nodes of the Cluster when one ends by %s, and say so meanwhile",
    async (signal) => {
      const { port, role } = await usedNode();
      const degradedBefore = nodes.map((node) => node.timesDegraded());
      const lostBefore = nodes.map((node) => node.lost());
      const silence = await talkThrough(async () => {
        cluster.signal(port, signal);
        await eventually("somebody is degraded", () =>
          nodes.some((node, i) => node.timesDegraded() > (degradedBefore[i] ?? 0)),
        );
      });
      console.log(`${signal} of a ${role}: longest silence ${silence} ms`);
      expect(nodes.some((node, i) => node.lost() > (lostBefore[i] ?? 0))).toBe(true);
      const channels = nodes.map(({ boot }) => livenessChannel(boot));
      const count = () => nodes[0]?.bus.countListeners(channels).catch(() => null);
      await eventually("who listens is known again", async () => (await count())?.join() === "1,1,1");
      if (signal === "SIGKILL") await cluster.kill(port).then(() => cluster.restart(port));
      else cluster.signal(port, "SIGCONT");
      await eventually(
        "the node is back",
        async () => (await infoOf(port, "CLUSTER", "INFO")).includes("cluster_state:ok"),
        20_000,
      );
    },
    60_000,
  );

  it("tell a killed instance from one that moved", async () => {
    const killed = await startNode();
    const channel = livenessChannel(killed.boot);
    const count = () => nodes[0]?.bus.countListeners([channel]).catch(() => null);
    await eventually("it listens", async () => (await count())?.[0] === 1);
    await killed.close();
    await eventually("it listens no more", async () => (await count())?.[0] === 0);
  });

  it("go on while some slots have no node at all", async () => {
    const [first = 0, , , itsReplica = 0] = cluster.ports;
    const others = cluster.ports.filter((port) => port !== first && port !== itsReplica);
    const silence = await talkThrough(async () => {
      await Promise.all([cluster.kill(first), cluster.kill(itsReplica)]);
      const hasFailed = async (port: number) =>
        (await infoOf(port, "CLUSTER", "INFO")).includes("cluster_state:fail");
      await eventually(
        "the Cluster calls itself failed",
        async () => (await Promise.all(others.map(hasFailed))).every(Boolean),
        20_000,
      );
    });
    console.log(`a master and its replica killed: longest silence ${silence} ms`);
  });
});
