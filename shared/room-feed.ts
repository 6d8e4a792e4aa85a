import type { Ack, CommandInput, JoinedRoom } from "./commands.js";
import type { ErrorBody } from "./errors.js";
import { limits } from "./limits.js";
import type { RoomEvents, RoomPage } from "./room-events.js";
import { createTimeline, type Timeline, type TimelineResult } from "./timeline.js";

/** What a feed asks and tells; `join` and `read` reject when no answer came. */
export interface FeedPorts {
  join(input: CommandInput<"room:join">): Promise<Ack<JoinedRoom>>;
  read(input: CommandInput<"events:read">): Promise<Ack<RoomPage>>;
  wait(ms: number, callback: () => void): void;
  joined(answer: JoinedRoom): void;
  refused(error: ErrorBody): void;
  changed(timeline: Timeline): void;
}

/** One room's timeline, kept complete over gaps, lost connections and restored logs. */
export interface RoomFeed {
  /** Subscribes and reads what was missed: call it on every connect. */
  join(): Promise<void>;
  take(batch: RoomEvents): void;
  /** Reads the page before; rejects when there is none to have now. */
  readOlder(): Promise<void>;
  /** Lets go of the oldest events but for so many; `readOlder` brings them back. */
  trim(keep: number): void;
  /** Makes sure that the event at this offset gets shown. */
  reach(offset: number): void;
  close(): void;
}

// Early events mostly wait for one that is on its way already.
const gapMs = 150;
const retryMs = 1000;
const retryMaxMs = 10_000;

/** Creates the feed of a room; nothing is sent before `join`. */
export function createRoomFeed(room: string, ports: FeedPorts): RoomFeed {
  const timeline = createTimeline();
  let need: TimelineResult["need"] = null;
  let repairing = false;
  let fruitless = 0;
  let joins = 0;
  let closed = false;

  function follow(result: TimelineResult, waitMs: number): void {
    need = result.need;
    if (result.shown.length > 0) fruitless = 0;
    ports.changed(timeline);
    if (need === "snapshot") void join();
    else if (need) repairLater(waitMs);
  }

  function repairLater(ms: number): void {
    if (repairing || closed) return;
    repairing = true;
    ports.wait(ms, () => void repair());
  }

  async function repair(): Promise<void> {
    const wanted = need;
    if (wanted === null || wanted === "snapshot" || closed) {
      repairing = false;
      return;
    }
    let answer: Ack<RoomPage> | null = null;
    try {
      answer = await ports.read({ room, after: wanted.after, limit: limits.pageMax });
    } catch {
      // Asked again below, or the next join closes the gap.
    }
    repairing = false;
    // A join for the whole room is on its way: what follows an offset is no beginning.
    if (closed || timeline.position() === null) return;
    const backoffMs = Math.min(gapMs * 2 ** fruitless, retryMaxMs);
    fruitless += 1;
    if (answer?.ok) follow(timeline.fill(answer.data), timeline.position() === wanted.after ? backoffMs : 0);
    else if (answer === null || answer.error.retryable) {
      repairLater(Math.max(answer?.error.retryAfterMs ?? retryMs, backoffMs));
    }
  }

  async function join(): Promise<void> {
    joins += 1;
    const turn = joins;
    const after = timeline.position();
    let answer: Ack<JoinedRoom> | null = null;
    try {
      answer = await ports.join(after === null ? { room } : { room, after });
    } catch {
      // A new connection joins anyway; on this one it is tried again below.
    }
    if (closed || turn !== joins) return;
    if (answer?.ok) {
      ports.joined(answer.data);
      follow(timeline.fill(answer.data), 0);
    } else if (answer === null || answer.error.retryable) {
      ports.wait(answer?.error.retryAfterMs ?? 2 * retryMs, () => {
        if (turn === joins && !closed) void join();
      });
    } else ports.refused(answer.error);
  }

  return {
    join,
    take(batch) {
      if (!closed) follow(timeline.merge(batch), gapMs);
    },
    async readOlder() {
      const position = timeline.position();
      if (position === null || !timeline.hasOlder()) return;
      const before = timeline.events()[0]?.offset ?? position + 1;
      const answer = await ports.read({ room, before, limit: limits.pageDefault });
      if (closed) return;
      if (!answer.ok) throw new Error(answer.error.message);
      timeline.prepend(answer.data);
      ports.changed(timeline);
    },
    trim(keep) {
      timeline.trim(keep);
      ports.changed(timeline);
    },
    reach(offset) {
      const position = timeline.position();
      if (position === null || position >= offset) return;
      need = { after: position };
      repairLater(0);
    },
    close() {
      closed = true;
    },
  };
}
