import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import type { TestBus } from "./bus.js";
import { eventually } from "./services.js";

/** A bus with a Socket.IO server on it, in both namespaces. */
export interface TestNode extends TestBus {
  io: Server;
  url: string;
  close(): Promise<void>;
}

/** Starts a Socket.IO server on a bus; resolves when all that is published comes back. */
export async function startTestNode(test: TestBus, withinMs = 5000): Promise<TestNode> {
  const { bus } = test;
  const http: HttpServer = createServer();
  const io = new Server(http, { adapter: bus.adapter });
  io.of("/admin");
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  expect(await bus.ready(withinMs)).toBe(true);
  return {
    ...test,
    io,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      await io.close();
      await bus.close();
    },
  };
}

/** A client that remembers all it hears, and whether it was ever cut. */
export interface TestClient {
  socket: Socket;
  heard: unknown[][];
  cuts: string[];
}

/** Connects to a node. */
export async function joinAs(node: Pick<TestNode, "url">, namespace = "/"): Promise<TestClient> {
  const heard: unknown[][] = [];
  const cuts: string[] = [];
  const socket: Socket = connect(node.url + namespace, { transports: ["websocket"], forceNew: true });
  socket.onAny((...all: unknown[]) => void heard.push(all));
  socket.on("disconnect", (reason) => void cuts.push(reason));
  await eventually(`a connection to ${namespace}`, () => socket.connected, 5000);
  return { socket, heard, cuts };
}

interface Counter {
  get(): Promise<{ values: { value: number; labels: Partial<Record<string, string | number>> }[] }>;
}

/** A metric's value, all labels together. */
export const total = async (metric: Counter) =>
  (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);

/** How many messages from Redis this bus dropped for a reason. */
export const droppedFor = async ({ metrics }: Pick<TestBus, "metrics">, reason: string) =>
  (await metrics.pubsubDropped.get()).values.find(({ labels }) => labels.reason === reason)?.value ?? 0;

/** For which reasons it dropped any. */
export const dropReasons = async ({ metrics }: Pick<TestBus, "metrics">) =>
  (await metrics.pubsubDropped.get()).values
    .filter(({ value }) => value > 0)
    .map(({ labels }) => labels.reason);

/** Collects what nobody caught while a test runs; a node would end by it. */
export function watchRejections(): unknown[] {
  const rejections: unknown[] = [];
  const remember = (reason: unknown) => void rejections.push(reason);
  beforeAll(() => void process.on("unhandledRejection", remember));
  afterAll(() => void process.off("unhandledRejection", remember));
  beforeEach(() => void rejections.splice(0));
  return rejections;
}
