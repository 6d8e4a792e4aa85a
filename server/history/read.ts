import { limits } from "../../shared/limits.js";
import type { RoomEvent, RoomEvents, RoomPage } from "../../shared/room-events.js";
import { shareEqual } from "../gather.js";
import type { Queries } from "../database/pool.js";
import { Failure } from "../failure.js";
import { messageOf, rateLimited, type Log } from "../metrics/log.js";
import type { RoomHead } from "./heads.js";
import type { RecentEvents } from "./recent.js";
import { eventColumns, toEvent, type EventRow } from "./row.js";

/** Which part of a log: after an offset, before one, or its end. */
export interface PageQuery {
  after?: number | undefined;
  before?: number | undefined;
  limit?: number | undefined;
}

/** A stretch of a room's log: `after` is not in it, `upTo` is. */
export interface Stretch {
  room: string;
  after: number;
  upTo: number;
}

/**
 * Reads of room logs, ascending by offset. Each takes the head that the caller was allowed to read up to, so that
 * permission, head and events fit together; nothing beyond it is given.
 */
export interface HistoryReader {
  /** One page, `limits.pageDefault` events by default; `truncated` when `after` is below the floor. */
  page(room: string, head: RoomHead, query: PageQuery): Promise<RoomPage>;
  /** What a joining client needs: all after `after`, or the last events with `truncated` when it is too far behind. */
  catchUp(room: string, head: RoomHead, after: number | undefined): Promise<RoomPage>;
}

/** Where logs are read from. */
export interface HistorySources {
  primary: Queries;
  /** May be late; null without one. */
  replica: Queries | null;
  recent: RecentEvents;
  log: Log;
}

const stretchSql = `SELECT ${eventColumns} FROM room_events
  WHERE room_id = $1 AND event_offset > $2 AND event_offset <= $3
    AND EXISTS (SELECT 1 FROM rooms WHERE id = $1 AND epoch = $4) ORDER BY event_offset`;

/**
 * Creates the reader. A log has no gaps, so every read is a stretch of it: from memory where all of it is there,
 * old pages from the replica, the rest from the primary; equal stretches at one moment are read once.
 */
export function createHistoryReader({ primary, replica, recent, log }: HistorySources): HistoryReader {
  const share = shareEqual<RoomEvent[]>();
  const logReplica = rateLimited(10_000, (suppressed, error: unknown) =>
    log.warn(
      { error: messageOf(error), suppressed },
      "the replica does not answer; reading from the primary",
    ),
  );

  const readPrimary = ({ room, after, upTo }: Stretch, { epoch }: RoomHead) =>
    share(`${room} ${epoch} ${after} ${upTo}`, async () => {
      const { rows } = await primary.query<EventRow>(stretchSql, [room, after, upTo, epoch]);
      // Set back, or trimmed to the end, since the head was read.
      if (rows.length === 0) throw new Failure("unavailable", "the log was changed just now", 100);
      return rows.map(toEvent);
    });

  /**
   * Null where the replica has not seen all that the primary had when this read was allowed: a page from before a
   * deletion would show what is gone.
   */
  async function readReplica(from: Queries, stretch: Stretch, head: RoomHead): Promise<RoomEvent[] | null> {
    const { room, after, upTo } = stretch;
    try {
      const { rows } = await from.query<EventRow & { event_offset: string | null }>(
        `SELECT e.* FROM rooms r LEFT JOIN (${stretchSql}) e ON true
         WHERE r.id = $1 AND r.head >= $5 AND r.epoch = $4 ORDER BY e.event_offset`,
        [room, after, upTo, head.epoch, head.head],
      );
      return rows.length === 0 ? null : rows.filter((row) => row.event_offset !== null).map(toEvent);
    } catch (error) {
      logReplica(error);
      return null;
    }
  }

  async function read(stretch: Stretch, head: RoomHead, old: boolean): Promise<RoomEvent[]> {
    const { room, after, upTo } = stretch;
    if (upTo <= after) return [];
    const kept = recent.between(room, head.epoch, after, upTo);
    if (kept !== null) return kept;
    return (
      (old && replica && (await readReplica(replica, stretch, head))) || (await readPrimary(stretch, head))
    );
  }

  const lowest = (head: RoomHead, after: number) => Math.max(after, head.floor - 1);

  async function last(room: string, head: RoomHead, limit: number): Promise<RoomEvent[]> {
    return read({ room, after: lowest(head, head.head - limit), upTo: head.head }, head, false);
  }

  return {
    async page(room, head, { after, before, limit = limits.pageDefault }) {
      if (before !== undefined) {
        const upTo = Math.min(before - 1, head.head);
        const events = await read({ room, after: lowest(head, upTo - limit), upTo }, head, true);
        return { ...head, events, truncated: false };
      }
      if (after === undefined) return { ...head, events: await last(room, head, limit), truncated: false };
      const from = lowest(head, after);
      const events = await read({ room, after: from, upTo: Math.min(from + limit, head.head) }, head, false);
      return { ...head, events, truncated: after < head.floor - 1 };
    },
    async catchUp(room, head, after) {
      const behind = head.head - (after ?? 0);
      if (after !== undefined && after >= head.floor - 1 && behind >= 0 && behind <= limits.catchUpMax) {
        const events = await read({ room, after, upTo: head.head }, head, false);
        return { ...head, events, truncated: false };
      }
      const events = await last(room, head, limits.pageDefault);
      return { ...head, events, truncated: after !== undefined };
    },
  };
}

/**
 * Reads stretches of many rooms in one statement, at most `limits.pageMax` events of each: what a node missed.
 * Rooms are left out that have nothing there.
 */
export async function readStretches(queries: Queries, stretches: Stretch[]): Promise<RoomEvents[]> {
  const { rows } = await queries.query<EventRow & { room: string; epoch: string }>(
    `SELECT s.room, r.epoch, e.* FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS s(room, after, up_to)
     JOIN rooms r ON r.id = s.room
     CROSS JOIN LATERAL (
       SELECT ${eventColumns} FROM room_events WHERE room_id = s.room AND event_offset > s.after
         AND event_offset <= s.up_to AND event_offset >= r.floor ORDER BY event_offset LIMIT ${limits.pageMax}
     ) e ORDER BY s.room, e.event_offset`,
    [
      stretches.map(({ room }) => room),
      stretches.map(({ after }) => after),
      stretches.map(({ upTo }) => upTo),
    ],
  );
  const batches = new Map<string, RoomEvents>();
  for (const row of rows) {
    const batch = batches.get(row.room) ?? { room: row.room, epoch: row.epoch, events: [] };
    batch.events.push(toEvent(row));
    batches.set(row.room, batch);
  }
  return [...batches.values()];
}
