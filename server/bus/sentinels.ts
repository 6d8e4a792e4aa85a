import type { Followed, Place } from "./address.js";
import type { Where } from "./followed-client.js";
import type { RedisClient } from "./redis.js";
import { watchNode, type WatchedNode } from "./watched-nodes.js";

/** What a Sentinel says of the master; the epoch counts its failovers. */
interface Master {
  place: Place;
  epoch: number;
}

/** Where Sentinels say that the master is; `changed` is called when they may say something else. */
export function watchSentinels(
  { nodes }: Followed,
  name: string,
  changed: () => void,
): { where: Where; stop(): void } {
  const sentinels: WatchedNode<Master>[] = nodes.map((place) =>
    watchNode(place, {
      // The credentials of the address are the master's.
      credentials: {},
      ask: (client) => askMaster(client, name),
      channel: "+switch-master",
      told: () => changed(),
    }),
  );

  const now = () => rightMaster(sentinels.map((sentinel) => sentinel.answer()));
  return { where: { now }, stop: () => sentinels.forEach((sentinel) => sentinel.stop()) };
}

/** The master of the highest epoch: after a failover some Sentinels still name the old one for a while. */
export function rightMaster(told: (Master | null)[]): Place | null {
  const [latest] = told.filter((master) => master !== null).sort((a, b) => b.epoch - a.epoch);
  return latest?.place ?? null;
}

async function askMaster(client: RedisClient, name: string): Promise<Master> {
  const answer = await client.sendCommand<Record<string, string>>(["SENTINEL", "MASTER", name]);
  const { ip = "", port, "config-epoch": epoch } = answer;
  return { place: { host: ip, port: Number(port) }, epoch: Number(epoch) };
}
