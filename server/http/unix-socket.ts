import { once } from "node:events";
import { existsSync, lstatSync, rmSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { dirname } from "node:path";

/** When it is full, a Unix socket refuses at once, where TCP has the client try again: nginx may come in a crowd. */
const waitingMax = 4096;

/**
 * Serves `http` at a Unix socket too; closing what it returns removes the file. A file that a dead process left is
 * replaced. Anybody may write to it who may enter its folder.
 * @throws where there is no such folder, something else is at the path, or somebody listens there.
 */
export async function listenAtPath(http: HttpServer, path: string): Promise<Server> {
  if (!existsSync(dirname(path))) throw new Error(`UNIX_SOCKET: there is no folder ${dirname(path)}`);
  await removeLeftOver(path);
  const server = createServer({ allowHalfOpen: true }, (socket) => http.emit("connection", socket));
  server.listen({ path, writableAll: true, backlog: waitingMax });
  await once(server, "listening");
  return server;
}

async function removeLeftOver(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`UNIX_SOCKET: ${path} is there, and is no socket`);
  if (await isListenedTo(path)) throw new Error(`UNIX_SOCKET: somebody listens at ${path} already`);
  rmSync(path, { force: true });
}

/** Only a refusal says that nobody does: an unclear answer must not cost another process its socket. */
async function isListenedTo(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    return !["ECONNREFUSED", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
  } finally {
    socket.destroy();
  }
}
