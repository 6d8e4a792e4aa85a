import { join } from "node:path";
import { prepareNginx, nginxStop } from "../../../compose/nginx.js";
import { startServer } from "../../../compose/running-server.js";
import type { RunningServer } from "../../../compose/running-server.js";
import { nodeSocket, prepareSockets, socketForNginx } from "../../../compose/unix-sockets.js";
import { once } from "node:events";
import { connect } from "node:net";
import { freePorts } from "../../support/ports.js";
import { pin } from "../cores.js";
import { familyPids } from "../cpu.js";
import { bring, settle } from "../crowds.js";
import type { Row } from "../figures.js";
import { placesOf, saturating, shapes } from "../loads.js";
import { leadIn, measureTalk, warmUp } from "../measure.js";
import { startParley } from "../parley.js";
import { untilStopped } from "../running.js";
import type { Services } from "../services.js";
import { startPlain, type StartOptions, type Subject } from "../subject.js";
import type { Round, Scenario } from "./scenario.js";

/** What stands behind nginx, how nginx reaches it, and what it is called. */
interface Behind {
  name: string;
  unixSocket?: boolean;
  start(services: Services, options: StartOptions): Promise<Subject>;
}

/** An nginx as `npm start` runs it, in front of this node. */
async function startNginx(folder: string, port: number, node: string): Promise<RunningServer> {
  const program = await prepareNginx(folder, {
    listen: `127.0.0.1:${port}`,
    nodes: [node],
    realIpFrom: [],
    connectionsPerAddress: 10_000,
  });
  const check = async () => {
    const socket = connect({ port, host: "127.0.0.1" });
    await once(socket, "connect").finally(() => socket.destroy());
  };
  const nginx = await startServer({ program, url: `http://127.0.0.1:${port}` }, check, nginxStop);
  pin("load", familyPids([nginx.pid]));
  return { ...nginx, stop: untilStopped(nginx.stop) };
}

async function measureBehind(
  { services, isQuick, tell }: Round,
  { name, unixSocket = false, start }: Behind,
): Promise<Row[]> {
  const shape = shapes.hot;
  const port = await freePorts(1);
  const folder = join(services.dataDir, `nginx-${port}`);
  prepareSockets(folder);
  const own = unixSocket ? { unixSocket: nodeSocket(folder, "node-1") } : {};
  const subject = await start(services, { behindNginx: true, ...own });
  const stops = [subject.stop];
  try {
    const node = unixSocket ? socketForNginx("node-1") : `127.0.0.1:${subject.nodes[0]?.port}`;
    const nginx = await startNginx(folder, port, node);
    stops.unshift(nginx.stop);
    await bring(services, subject, { rooms: shape.rooms, places: placesOf(shape), port });
    await settle();
    const pace = { kind: "rate", perSecond: 160 } as const;
    await warmUp(services, saturating(shape), { isQuick });
    await leadIn(services, pace, { isQuick });
    const input = { pace, seconds: isQuick ? 1.5 : 5 };
    const talk = await measureTalk(services, subject, input, { proxy: [nginx.pid] });
    const perMillion = (cpu: number) => (cpu / talk.deliveries) * 1e6;
    await services.load.order("dismiss", null);
    const figures = {
      "node CPU s/M": perMillion(talk.cpu.server),
      "nginx CPU s/M": perMillion(talk.cpu.proxy),
      "node + nginx CPU s/M": perMillion(talk.cpu.server + talk.cpu.proxy),
      "delivery p50 ms": talk.deliveryP50,
      "delivery p99 ms": talk.deliveryP99,
    };
    tell(`${name}: ${figures["node + nginx CPU s/M"].toFixed(2)} CPU s/M`);
    return [{ scenario: "nginx", work: "hot 160/s", subject: name, figures }];
  } finally {
    for (const stop of stops) await stop();
  }
}

/** The same room of 500 behind nginx. */
export const behindNginx: Scenario = {
  name: "nginx",
  title: "Behind nginx: CPU of node and nginx for a million deliveries",
  parts: () => [
    (round) => measureBehind(round, { name: "parley", start: startParley }),
    (round) => measureBehind(round, { name: "parley, Unix socket", unixSocket: true, start: startParley }),
    (round) => measureBehind(round, { name: "plain", start: startPlain }),
  ],
};
