/** Proof that what this instance publishes comes back to it: a PING can not see a deaf subscriber (lab-notes §3.3). */
export interface Echo {
  /** The own heartbeat has come on this channel; `sentAt` is what it carries. */
  heard(channel: string, sentAt: number): void;
  /** Sends heartbeats out of turn, while somebody waits for the proof. */
  prove(): void;
  /** Whether every channel was heard. */
  isProven(): boolean;
  /** Whether a channel is silent that should not be. */
  isDeaf(): boolean;
  stop(): void;
}

/** What the echo works with. */
export interface EchoPorts {
  /** The channels that are subscribed and have to be heard. */
  channels(): string[];
  /** False while Redis does not answer: then silence says nothing. */
  isUsable(): boolean;
  /** Publishes a heartbeat that carries `sentAt`. */
  beat(channel: string, sentAt: number): void;
  /** An own heartbeat took this long, by one clock. */
  took(ms: number): void;
  /** The state of `isDeaf` has turned. */
  changed(deaf: boolean): void;
}

const intervalMs = 1000;
/** One unanswered heartbeat may only wait behind a busy event loop. */
const unansweredMax = 2;

/** Starts beating, once a second. */
export function createEcho(ports: EchoPorts): Echo {
  const unanswered = new Map<string, number>();
  /** Heard since the last time that nothing could be. */
  const proven = new Set<string>();
  let deaf = false;

  function turn(now: boolean): void {
    if (now === deaf) return;
    deaf = now;
    ports.changed(deaf);
  }

  const areAllHeard = () => ports.channels().every((channel) => unanswered.get(channel) === 0);

  function beat(): void {
    if (!ports.isUsable()) {
      unanswered.clear();
      proven.clear();
      return;
    }
    const channels = ports.channels();
    if (channels.some((channel) => (unanswered.get(channel) ?? 0) >= unansweredMax)) turn(true);
    for (const channel of channels) unanswered.set(channel, (unanswered.get(channel) ?? 0) + 1);
    send(channels);
  }

  function send(channels: string[]): void {
    for (const channel of channels) ports.beat(channel, performance.now());
  }

  const timer = setInterval(beat, intervalMs);
  return {
    heard(channel, sentAt) {
      ports.took(performance.now() - sentAt);
      unanswered.set(channel, 0);
      proven.add(channel);
      if (areAllHeard()) turn(false);
    },
    prove() {
      if (ports.isUsable()) send(ports.channels().filter((channel) => !proven.has(channel)));
    },
    isProven: () => ports.channels().every((channel) => proven.has(channel)),
    isDeaf: () => deaf,
    stop: () => clearInterval(timer),
  };
}
