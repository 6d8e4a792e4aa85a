import { isRoomChannel } from "./channels.js";

/** Whether anybody else listens to a chat room's channel, so that nothing is published for nobody. */
export interface Audience {
  /** Redis told how many connections a message of this instance, which listens there itself, has reached. */
  counted(channel: string, receivers: number): void;
  /** Somebody has begun to listen there; without a channel: to any of them. */
  joined(channel?: string): void;
  /** Whether a count not older than a second says that this instance is alone. */
  isAlone(channel: string): boolean;
}

/** Who begins to listen says so; should that be lost, this bounds for how long nobody knows. */
const validMs = 1000;

/** Knows of nobody that is alone. */
export function createAudience(now: () => number = () => performance.now()): Audience {
  /** When the channels were found to have no other listener. */
  const alone = new Map<string, number>();

  /** They are in the order of their age, so that rooms nobody writes to any more take no memory. */
  function forgetOld(): void {
    for (const [channel, since] of alone) {
      if (now() - since < validMs) return;
      alone.delete(channel);
    }
  }

  return {
    counted(channel, receivers) {
      alone.delete(channel);
      if (receivers === 1 && isRoomChannel(channel)) alone.set(channel, now());
      forgetOld();
    },
    joined(channel) {
      if (channel === undefined) alone.clear();
      else alone.delete(channel);
    },
    isAlone(channel) {
      const since = alone.get(channel);
      return since !== undefined && now() - since < validMs;
    },
  };
}
