/** Where a Redis listens. */
export interface Place {
  host: string;
  port: number;
}

/** A Redis that is found by asking: behind Sentinels, or a Cluster. */
export interface Followed {
  /** Name of the master that Sentinels watch; null for a Cluster. */
  master: string | null;
  /** The Sentinels, or nodes of the Cluster. */
  nodes: Place[];
  username?: string;
  password?: string;
}

/**
 * Reads `redis-sentinel://MASTER?nodes=host:port,…` and `redis-cluster://all?nodes=host:port,…`, as the configuration
 * writes them; null for any other address.
 */
export function parseFollowed(address: string): Followed | null {
  const url = new URL(address);
  if (url.protocol !== "redis-sentinel:" && url.protocol !== "redis-cluster:") return null;
  const nodes = (url.searchParams.get("nodes") ?? "").split(",").map((node) => {
    const at = node.lastIndexOf(":");
    return { host: node.slice(0, at), port: Number(node.slice(at + 1)) };
  });
  const username = url.searchParams.get("username");
  const password = url.searchParams.get("password");
  return {
    nodes,
    master: url.protocol === "redis-sentinel:" ? decodeURIComponent(url.hostname) : null,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
  };
}

/** Whether an address carries a password. */
export function hasPassword(address: string): boolean {
  const followed = parseFollowed(address);
  return (followed === null ? new URL(address).password : (followed.password ?? "")) !== "";
}

/** Whether both are the same place, as it was written. */
export const isSamePlace = (a: Place | null, b: Place | null) => a?.host === b?.host && a?.port === b?.port;
