import { createClient } from "redis";

/** Where the current master is, as Sentinels tell. */
export interface MasterAddress {
  host: string;
  port: number;
}

/** A Redis whose master is found by asking Sentinels. */
export interface SentinelTarget {
  nodes: MasterAddress[];
  master: string;
  username?: string;
  password?: string;
}

/** The target of `redis-sentinel://master?nodes=host:port,…`, as the configuration writes it; null for any other address. */
export function parseSentinelUrl(address: string): SentinelTarget | null {
  const url = new URL(address);
  if (url.protocol !== "redis-sentinel:") return null;
  const nodes = (url.searchParams.get("nodes") ?? "").split(",").map((node) => {
    const at = node.lastIndexOf(":");
    return { host: node.slice(0, at), port: Number(node.slice(at + 1)) };
  });
  const username = url.searchParams.get("username");
  const password = url.searchParams.get("password");
  return {
    nodes,
    master: decodeURIComponent(url.hostname),
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
  };
}

const patienceMs = 1000;

async function ask({ host, port }: MasterAddress, master: string): Promise<MasterAddress> {
  const client = createClient({
    socket: { host, port, connectTimeout: patienceMs, socketTimeout: patienceMs, reconnectStrategy: false },
    disableClientInfo: true,
    maintNotifications: "disabled",
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const answer = await client.sendCommand(["SENTINEL", "get-master-addr-by-name", master]);
    const [masterHost, masterPort] = (answer ?? []) as unknown as string[];
    if (masterHost === undefined) throw new Error(`the Sentinel ${host}:${port} does not know ${master}`);
    return { host: masterHost, port: Number(masterPort) };
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** Asks all Sentinels at once for the master; takes the first answer, rejects when none comes. */
export async function findMaster({ nodes, master }: SentinelTarget): Promise<MasterAddress> {
  return Promise.any(nodes.map((node) => ask(node, master)));
}

/** Where to connect now: the master's address behind Sentinels, any other address as it is. Rejects as above. */
export async function addressNow(address: string): Promise<string> {
  const target = parseSentinelUrl(address);
  if (target === null) return address;
  const { host, port } = await findMaster(target);
  const url = new URL(`redis://${host}:${port}`);
  url.username = target.username ?? "";
  url.password = target.password ?? "";
  return url.href;
}

/** Whether an address carries a password. */
export function hasPassword(address: string): boolean {
  const target = parseSentinelUrl(address);
  return (target === null ? new URL(address).password : (target.password ?? "")) !== "";
}
