import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeHttp } from "./close.js";
import { listenAtPath } from "./unix-socket.js";

let folder: string;
let path: string;
let http: Server;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-"));
  path = join(folder, "node.sock");
  http = createServer((_request, response) => response.end("served"));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
});
afterEach(async () => {
  await closeHttp(http, []);
  rmSync(folder, { recursive: true });
});

async function ask(agent?: Agent): Promise<string> {
  const [response] = (await once(request({ socketPath: path, agent }).end(), "response")) as [
    IncomingMessage,
  ];
  return text(response);
}

describe("a Unix socket", () => {
  it("serves what the port serves; closed with it, idle connections end and the file goes", async () => {
    const agent = new Agent({ keepAlive: true });
    const listener = await listenAtPath(http, path);
    expect(await ask(agent)).toBe("served");
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
    await closeHttp(http, [listener]);
    expect(existsSync(path)).toBe(false);
    agent.destroy();
  });

  it("takes the place of one that a killed process left", async () => {
    const code = `net.createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    await once(spawn(process.execPath, ["-e", code]), "exit");
    expect(existsSync(path)).toBe(true);
    const listener = await listenAtPath(http, path);
    expect(await ask()).toBe("served");
    await closeHttp(http, [listener]);
  });

  it("is left to who listens there", async () => {
    const listener = await listenAtPath(http, path);
    await expect(listenAtPath(createServer(), path)).rejects.toThrow(/^UNIX_SOCKET: somebody listens/);
    expect(await ask()).toBe("served");
    await closeHttp(http, [listener]);
  });

  it("never takes the place of something else, nor of a folder that is missing", async () => {
    writeFileSync(path, "kept");
    await expect(listenAtPath(http, path)).rejects.toThrow(/^UNIX_SOCKET: .* is no socket/);
    expect(readFileSync(path, "utf8")).toBe("kept");
    await expect(listenAtPath(http, join(folder, "none", "node.sock"))).rejects.toThrow(
      /^UNIX_SOCKET: there is no folder/,
    );
  });
});
