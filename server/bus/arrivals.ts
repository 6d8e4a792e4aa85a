/** What a message's sequence says of it. */
export type Arrival = "new" | "repeated" | "after_a_hole";

/** Knows which messages of each boot and channel came already. */
export interface Arrivals {
  note(boot: string, channel: string, sequence: number): Arrival;
  /** Nobody listens on the channel any more: what is missed until somebody does again is no hole. */
  left(channel: string): void;
  /** Forgets boots that are not there any more. */
  keepOnly(boots: ReadonlySet<string>): void;
}

/** How far behind the latest a message may be and still count as new: one connection delivers in order. */
const window = 32;

interface Channel {
  highest: number;
  /** Bit n: `highest - n` came. */
  seen: number;
  /** Nobody has listened since. */
  isLeft: boolean;
}

/**
 * Creates an empty record. A repeated message, whether Redis or somebody else repeats it, is found for as long as its
 * boot lives, whatever any clock says; a hole tells that messages were lost.
 */
export function createArrivals(): Arrivals {
  const boots = new Map<string, Map<string, Channel>>();

  return {
    note(boot, channel, sequence) {
      const channels = boots.get(boot) ?? new Map<string, Channel>();
      boots.set(boot, channels);
      const known = channels.get(channel);
      if (!known) {
        // What was sent before the first one heard is older, and can only come by a recording.
        channels.set(channel, { highest: sequence, seen: 0xffff_ffff, isLeft: false });
        return "new";
      }
      const ahead = sequence - known.highest;
      if (ahead > 0) {
        known.seen = ahead >= window ? 1 : ((known.seen << ahead) | 1) >>> 0;
        known.highest = sequence;
        const isNext = ahead === 1 || known.isLeft;
        known.isLeft = false;
        return isNext ? "new" : "after_a_hole";
      }
      const bit = 2 ** -ahead;
      if (-ahead >= window || Math.floor(known.seen / bit) % 2 === 1) return "repeated";
      known.seen = (known.seen | bit) >>> 0;
      return "new";
    },
    left(channel) {
      for (const channels of boots.values()) {
        const known = channels.get(channel);
        if (known) known.isLeft = true;
      }
    },
    keepOnly(live) {
      for (const boot of boots.keys()) if (!live.has(boot)) boots.delete(boot);
    },
  };
}
