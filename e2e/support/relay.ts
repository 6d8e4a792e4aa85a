import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { request } from "./session.js";

/** Another person's machine: what connects here reaches nginx from an address of its own. */
export interface Relay {
  url: string;
  close(): void;
}

/** A relay whose connections come from this address of the loopback network. */
export async function openRelay(target: string, localAddress: string): Promise<Relay> {
  const { port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ port: Number(port), host: "127.0.0.1", localAddress });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      open.forEach((socket) => socket.destroy());
    },
  };
}

/** A relay that nginx' `ip_hash` leads to this node. */
export async function relayTo(nginx: string, instanceId: string): Promise<Relay> {
  for (let i = 1; i < 250; i += 1) {
    const relay = await openRelay(nginx, `127.${i}.${i}.1`);
    const { body } = await request(relay.url, "GET", "/health");
    if (body.instanceId === instanceId) return relay;
    relay.close();
  }
  throw new Error(`no address leads to ${instanceId}`);
}
