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

  return {
    counted(channel, receivers) {
      if (receivers === 1 && isRoomChannel(channel)) alone.set(channel, now());
      else alone.delete(channel);
    },
    joined(channel) {
      if (channel === undefined) alone.clear();
      else alone.delete(channel);
    },
    isAlone(channel) {
      const since = alone.get(channel);
      if (since === undefined) return false;
      if (now() - since < validMs) return true;
      alone.delete(channel);
      return false;
    },
  };
}
