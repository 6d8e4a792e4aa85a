import { isSamePlace, type Followed, type Place } from "./address.js";
import type { Where } from "./followed-client.js";
import { withDeadline, type RedisClient } from "./redis.js";
import { watchNode, type WatchedNode } from "./watched-nodes.js";

// The nodes of a Redis Cluster hand on to each other what is published on any of them. So each connection of the bus
// is a plain one to one living node, whichever: nothing is asked of slots, and when a node dies only those who were
// connected to it change, at once, to another. Keys are another matter: they need a Redis that is no Cluster.

/** What is known of a node that answers. */
interface State {
  /** It sees most masters, and all slots are served. */
  ok: boolean;
  /** Since when it has been so, by `performance.now()`. */
  since: number;
}

/** The nodes of a Cluster. */
export interface ClusterNodes {
  /** A place for one connection; those of one instance are on different nodes, so that its echo crosses the Cluster. */
  place(): Where;
  /** Asks all nodes. Rejects while one of them may have listeners and does not answer. */
  askAll(args: string[]): Promise<unknown[]>;
  stop(): void;
}

/** So long all nodes have to answer for the first time, before one of the others is chosen. */
const startMs = 500;
/** Within this, instances have left a node that does not answer; and a failover is over. */
const patienceMs = 5000;

/** Watches the nodes; `changed` is called when another place may be better. */
export function watchCluster({ nodes, ...credentials }: Followed, changed: () => void): ClusterNodes {
  const watched: WatchedNode<State>[] = nodes.map((place) => {
    let state: State | null = null;
    const { username, password } = credentials;
    return watchNode<State>(place, {
      credentials: {
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
      },
      async ask(client) {
        const ok = await isClusterOk(client);
        state = state?.ok === ok ? state : { ok, since: performance.now() };
        return state;
      },
      told: () => changed(),
    });
  });
  const startedAt = performance.now();
  let turn = Math.floor(Math.random() * nodes.length);

  /** The node to be on: the one of now for as long as it serves, else the `nth` of the best. */
  function choose(current: Place | null, isConnected: boolean, nth: number): Place | null {
    const answering = watched.filter((node) => node.answer() !== null);
    if (!current && answering.length < watched.length && performance.now() - startedAt < startMs) return null;
    const good = answering.filter((node) => node.answer()?.ok);
    const own = watched.find((node) => isSamePlace(node.place, current));
    const state = own?.answer();
    const isBad = state?.ok === false && performance.now() - state.since > patienceMs && good.length > 0;
    if (own && !isBad && (isConnected || state)) return own.place;
    const best = good.length > 0 ? good : answering;
    return best[nth % best.length]?.place ?? null;
  }

  return {
    place() {
      const nth = turn++;
      let current: Place | null = null;
      return { now: (isConnected) => (current = choose(current, isConnected, nth) ?? current) };
    },
    async askAll(args) {
      const now = performance.now();
      const doubtful = watched.find((node) => now - (node.silentSince() ?? -Infinity) < patienceMs);
      if (doubtful) throw new Error(`${doubtful.place.host}:${doubtful.place.port} does not answer`);
      const answering = watched.filter((node) => node.answer() !== null);
      return Promise.all(answering.map(({ client }) => withDeadline(client.sendCommand(args), 1000)));
    },
    stop: () => watched.forEach((node) => node.stop()),
  };
}

async function isClusterOk(client: RedisClient): Promise<boolean> {
  const info = await client.sendCommand<string>(["CLUSTER", "INFO"]);
  return info.includes("cluster_state:ok");
}
