import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enterAsGuest, openBrowser, write, type Browser } from "../support/browser.js";
import { freePorts } from "../support/ports.js";
import { startStack, type Stack } from "../support/stack.js";

// The page opens its socket at another port, below a path that the proxy there takes away (M4).

const path = "/stream";
let stack: Stack;
let browser: Browser;
let streaming: string;
const asked: string[] = [];
const sockets = new Set<Socket>();
const proxy = createServer((_request, response) => response.writeHead(404).end());

function forward(request: IncomingMessage, near: Socket): void {
  const { url = "", rawHeaders } = request;
  asked.push(url);
  const far = connect(Number(new URL(stack.url).port), "127.0.0.1");
  for (const socket of [near, far])
    sockets.add(socket.on("error", () => [near, far].forEach((one) => one.destroy())));
  const headers = rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join("");
  far.write(`GET ${url.slice(path.length)} HTTP/1.1\r\n${headers}\r\n`);
  near.pipe(far).pipe(near);
}

beforeAll(async () => {
  proxy.on("upgrade", forward);
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  streaming = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${path}/`;
  const port = await freePorts(1);
  const settings = {
    HTTP_PORT: String(port),
    STREAMING_API_BASE_URL: streaming,
    ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
  };
  stack = await startStack(settings, ["--single"]);
  browser = await openBrowser(`http://127.0.0.1:${port}/`);
});
afterAll(async () => {
  await browser?.close();
  sockets.forEach((socket) => socket.destroy());
  proxy.close();
  await stack?.stop();
});

it("is where the page opens its socket", async () => {
  const opened: string[] = [];
  browser.page.on("websocket", (socket) => opened.push(socket.url()));
  await enterAsGuest(browser, "Sam");
  await write(browser, "Through the other port");
  await browser.page.getByRole("log").getByText("Through the other port", { exact: true }).waitFor();
  expect(opened.length).toBeGreaterThan(0);
  for (const url of opened) expect(url).toContain(`${streaming.replace("http", "ws")}socket.io/`);
  expect(asked.every((url) => url.startsWith(`${path}/socket.io/`))).toBe(true);
  expect(browser.problems).toEqual([]);
});
