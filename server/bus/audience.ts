import { isRoomChannel } from "./channels.js";

/** Who listens to a chat room's channel: nothing is published for nobody, and together what is for everybody. */
export interface Audience {
  /** Redis told how many connections a message of this instance, which listens there itself, has reached. */
  counted(channel: string, receivers: number): void;
  /** There are so many nodes; `Infinity` where not all of them hear what is said to all together. */
  countedAll(nodes: number): void;
  /** Somebody has begun to listen there; without a channel: to any of them. */
  joined(channel?: string): void;
  /** Whether a count not older than a second says that this instance is alone. */
  isAlone(channel: string): boolean;
  /** Whether all nodes, more than this one, listened there when last counted, ten seconds ago at most. */
  isEverybody(channel: string): boolean;
}

interface Count {
  receivers: number;
  at: number;
}

/** Who begins to listen says so; should that be lost, this bounds for how long nobody knows. */
const aloneMs = 1000;

/** Nothing is lost where a node has left the room: it hears what it need not, for so long. */
const everybodyMs = 10_000;

/** Knows nothing. */
export function createAudience(now: () => number = () => performance.now()): Audience {
  const counts = new Map<string, Count>();
  let all = Infinity;

  /** They are in the order of their age, so that rooms nobody writes to any more take no memory. */
  function forgetOld(): void {
    for (const [channel, { at }] of counts) {
      if (now() - at < everybodyMs) return;
      counts.delete(channel);
    }
  }

  /** How many listened, when that is not longer ago. */
  function receivers(channel: string, whileMs: number): number | undefined {
    const count = counts.get(channel);
    return count !== undefined && now() - count.at < whileMs ? count.receivers : undefined;
  }

  return {
    counted(channel, reached) {
      counts.delete(channel);
      if (isRoomChannel(channel)) counts.set(channel, { receivers: reached, at: now() });
      forgetOld();
    },
    countedAll(nodes) {
      all = nodes;
    },
    joined(channel) {
      if (channel === undefined) counts.clear();
      else counts.delete(channel);
    },
    isAlone: (channel) => receivers(channel, aloneMs) === 1,
    isEverybody(channel) {
      const count = receivers(channel, everybodyMs) ?? 0;
      return count > 1 && count >= all;
    },
  };
}
