import type { Log } from "../metrics/log.js";
import { parseFollowed, type Followed, type Place } from "./address.js";
import { watchCluster } from "./cluster.js";
import { followPlace, type FollowedClient, type Where } from "./followed-client.js";
import {
  backoffMs,
  createPlainClient,
  createRedisClient,
  logErrors,
  withDeadline,
  type RedisClient,
} from "./redis.js";
import { watchSentinels } from "./sentinels.js";

/** A Redis, in whichever form: one server, one behind Sentinels, or a Cluster. */
export interface Redis {
  /** A client that is not connected yet, and goes where it has to. */
  createClient(name: string): RedisClient;
  /** Whether all connections are to one server: then its count of who gets a message is all there are. */
  isOneServer: boolean;
  /** Asks wherever connections of this Redis may be, for what each server knows of its own only. */
  askAll(client: RedisClient, args: string[]): Promise<unknown[]>;
  /** To be called after the clients are closed. */
  stop(): void;
}

/** Opens a Redis: behind Sentinels or as a Cluster it is watched from now on. */
export function openRedis(address: string, log: Log): Redis {
  const followed = parseFollowed(address);
  if (followed === null)
    return {
      createClient: (name) => createRedisClient(address, name, log),
      isOneServer: true,
      askAll: askOne,
      stop() {},
    };

  const clients: FollowedClient[] = [];
  const changed = () => clients.forEach((client) => client.look());
  const source = watch(followed, changed);
  return {
    isOneServer: followed.master !== null,
    createClient(name) {
      const create = (place: Place) => createPlaceClient(followed, place, name);
      const made = followPlace(source.place(), create, backoffMs(250));
      clients.push(made);
      logErrors(made.client, name, log);
      return made.client;
    },
    askAll: (client, args) => (source.askAll ? source.askAll(args) : askOne(client, args)),
    stop: source.stop,
  };
}

interface Source {
  place(): Where;
  askAll?(args: string[]): Promise<unknown[]>;
  stop(): void;
}

function watch(followed: Followed, changed: () => void): Source {
  if (followed.master === null) return watchCluster(followed, changed);
  const { where, stop } = watchSentinels(followed, followed.master, changed);
  return { place: () => where, stop };
}

const askOne = async (client: RedisClient, args: string[]) => [await client.sendCommand(args)];

function createPlaceClient({ username, password }: Followed, place: Place, name: string): RedisClient {
  return createPlainClient({
    name: `parley-${name}`,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    // Where it has to be is asked before every connection: it never gets to its own next try.
    socket: { ...place, connectTimeout: 2000, socketTimeout: 4000, reconnectStrategy: () => 60_000 },
  });
}

/** Where to connect now, for one look: the place that Sentinels or a Cluster tell, any other address as it is. */
export async function addressNow(address: string): Promise<string> {
  const followed = parseFollowed(address);
  if (followed === null) return address;
  let look = () => {};
  const source = watch(followed, () => look());
  const where = source.place();
  try {
    const found = new Promise<Place>((resolve) => {
      look = () => {
        const now = where.now(false);
        if (now) resolve(now);
      };
    });
    const place = await withDeadline(found, 2000);
    const url = new URL(`redis://${place.host}:${place.port}`);
    url.username = followed.username ?? "";
    url.password = followed.password ?? "";
    return url.href;
  } finally {
    source.stop();
  }
}
