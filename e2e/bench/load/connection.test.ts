import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { openConnection, type Connection } from "./connection.js";

const closes: (() => void)[] = [];
afterEach(() => closes.splice(0).forEach((close) => close()));

async function serve(): Promise<{ server: WebSocketServer; port: number }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  closes.push(() => server.close());
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

const targetOf = (port: number, path = "/") => ({ port, host: `127.0.0.1:${port}`, path, cookie: "a=b" });

it("speaks with a server's library, long texts and short ones, and says who it is", async () => {
  const { server, port } = await serve();
  const headers: unknown[] = [];
  server.on("connection", (socket, request) => {
    headers.push(request.headers.cookie, request.headers.origin);
    socket.on("message", (data: Buffer) => socket.send(data.toString()));
  });
  const texts = ["", "short", "x".repeat(125), "ä".repeat(30_000), "last"];
  const heard: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const connection: Connection = openConnection(targetOf(port), {
      opened: () => texts.forEach((text) => connection.send(text)),
      text(bytes, start, end) {
        heard.push(bytes.toString("utf8", start, end));
        if (heard.length === texts.length) resolve();
      },
      closed: (why) => reject(new Error(why)),
    });
    closes.push(connection.close);
  });
  expect(heard).toEqual(texts);
  expect(headers).toEqual(["a=b", `http://127.0.0.1:${port}`]);
});

it("tells why it was closed, or never opened", async () => {
  const { server, port } = await serve();
  server.on("connection", (socket) => socket.close(4001));
  const whys = [targetOf(port), targetOf(port, "/\u0001")].map(
    (target) =>
      new Promise<string>((resolve) => {
        openConnection(target, { opened: () => {}, text: () => {}, closed: resolve });
      }),
  );
  expect(await Promise.all(whys)).toEqual([
    "closed by the server (4001)",
    "refused: HTTP/1.1 400 Bad Request",
  ]);
});
