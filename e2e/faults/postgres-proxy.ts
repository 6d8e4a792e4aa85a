import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { eventually } from "../support/eventually.js";

/** Stands between the nodes and Postgres, and does to their connections what a network may do. */
export interface PostgresProxy {
  /** The address to give instead of Postgres' own. */
  url: string;
  /**
   * The next so many writes reach Postgres and are committed, but their replies are lost and the connections cut.
   * Resolves when that happened, rejects when there were not so many writes in time.
   */
  cutReplies(count: number, withinMs: number): Promise<void>;
  /** Lets no byte through in either direction, or lets them flow again. */
  stall(on: boolean): void;
  close(): void;
}

/** What the text of a statement that writes to a log has in it. */
const write = "append_";

/** Opens a proxy in front of the Postgres at `url`. */
export async function openPostgresProxy(url: string): Promise<PostgresProxy> {
  const target = new URL(url);
  const open = new Set<Socket>();
  let isStalled = false;
  let toCut = 0;

  function join(near: Socket): void {
    const far = connect({ port: Number(target.port), host: target.hostname });
    let isDoomed = false;
    near.on("data", (chunk) => {
      if (toCut > 0 && !isDoomed && chunk.includes(write)) {
        isDoomed = true;
        toCut -= 1;
      }
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      // The answer to a write comes after its commit.
      if (isDoomed) far.destroy();
      else near.write(chunk);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      if (isStalled) socket.pause();
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
    }
  }

  const server = createServer(join);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  target.port = String((server.address() as AddressInfo).port);
  target.hostname = "127.0.0.1";
  const proxied = target.href;
  target.href = url;

  return {
    url: proxied,
    async cutReplies(count, withinMs) {
      toCut = count;
      await eventually(`${count} replies are cut`, () => toCut === 0, withinMs).finally(() => (toCut = 0));
    },
    stall(on) {
      isStalled = on;
      for (const socket of open) {
        if (on) socket.pause();
        else socket.resume();
      }
    },
    close() {
      server.close();
      open.forEach((socket) => socket.destroy());
    },
  };
}
