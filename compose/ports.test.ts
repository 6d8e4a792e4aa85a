import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { freePort, takenPorts } from "./ports.js";

const server = createServer();
afterEach(() => new Promise((resolve) => server.close(resolve)));

it("names a taken port, what it is for and what moves it", async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const use = { host: "127.0.0.1", what: "Redis", variable: "REDIS_PORT" };
  const free = await freePort();
  const lines = await takenPorts(
    [
      { ...use, port },
      { ...use, port: free },
    ],
    new Map([[process.pid, "redis"]]),
  );
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(new RegExp(`^port ${port} for Redis is taken.*REDIS_PORT moves it$`));
});
