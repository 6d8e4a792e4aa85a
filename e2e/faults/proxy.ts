import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/**
 * What a network may do to a connection: `reset` ends it; `hold` lets nothing through in either direction until it is
 * healed, then all of it; `swallow` loses everything for good, as where a firewall has forgotten what was open, and
 * holds what is opened meanwhile; `answer` loses the next answer, and with it the connection.
 */
export type Cut = "reset" | "hold" | "swallow" | "answer";

/** A connection through the proxy. */
export interface Line {
  cut(how: Cut): void;
}

/** Stands between the cluster and one of its servers. */
export interface Proxy {
  /** The address to give instead of the server's own. */
  url: string;
  /** Cuts the lines of this instance, or all, also those that are opened meanwhile. */
  cut(how: Cut, instanceId?: string): void;
  /** New lines are sound again, and what was held comes through. */
  heal(): void;
  close(): void;
}

/** Who opens a line to Redis or Postgres says so in his first words. */
const isOf = (instanceId: string, firstWords: string) =>
  new RegExp(`parley[- ]${instanceId}(?![A-Za-z0-9._])`).test(firstWords);

interface OpenLine extends Line {
  /** Null before anything was said. */
  firstWords: string | null;
  heal(): void;
  end(): void;
}

/** Opens a proxy in front of the server at `url`; `asked` sees all that is sent to it. */
export async function openProxy(
  url: string,
  asked: (line: Line, chunk: Buffer) => void = () => {},
): Promise<Proxy> {
  const target = new URL(url);
  const { port, hostname: host } = target;
  const open = new Set<OpenLine>();
  let rule: { how: Cut; instanceId: string | undefined } | null = null;

  function obey(line: OpenLine, isNew: boolean): void {
    if (rule === null || line.firstWords === null) return;
    if (rule.instanceId !== undefined && !isOf(rule.instanceId, line.firstWords)) return;
    line.cut(rule.how === "swallow" && isNew ? "hold" : rule.how);
  }

  function join(near: Socket): void {
    const far = connect({ port: Number(port), host });
    const held: (() => void)[] = [];
    let cut: Cut | null = null;
    const pass = (act: () => void): void => {
      if (cut === "hold") held.push(act);
      else if (cut !== "swallow") act();
    };
    const line: OpenLine = {
      firstWords: null,
      cut(how) {
        cut = how;
        if (how !== "reset") return;
        near.resetAndDestroy();
        far.destroy();
      },
      heal() {
        if (cut === "hold") cut = null;
        for (const act of held.splice(0)) act();
      },
      end() {
        near.destroy();
        far.destroy();
      },
    };
    open.add(line);
    near.on("data", (chunk) => {
      if (line.firstWords === null) {
        line.firstWords = chunk.toString("latin1");
        obey(line, true);
      }
      asked(line, chunk);
      pass(() => far.write(chunk));
    });
    far.on("data", (chunk) => {
      if (cut === "answer") line.end();
      else pass(() => near.write(chunk));
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on("error", () => {});
      socket.on("close", () => {
        pass(() => other.destroy());
        if (near.destroyed && far.destroyed) open.delete(line);
      });
    }
  }

  const server = createServer(join);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  target.port = String((server.address() as AddressInfo).port);
  target.hostname = "127.0.0.1";

  return {
    url: target.href,
    cut(how, instanceId) {
      rule = { how, instanceId };
      for (const line of open) obey(line, false);
    },
    heal() {
      rule = null;
      for (const line of open) line.heal();
    },
    close() {
      server.close();
      for (const line of open) line.end();
    },
  };
}
