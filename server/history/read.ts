import { limits } from "../../shared/limits.js";
import type { RoomPage } from "../../shared/room-events.js";
import type { Database } from "../database/pool.js";
import { Failure } from "../failure.js";
import { eventColumns, toEvent, type EventRow } from "./row.js";

/** Which part of a log: after an offset, before one, or its end. */
export interface PageQuery {
  after?: number | undefined;
  before?: number | undefined;
  limit?: number | undefined;
}

/** Reads of room logs, ascending by offset; all of them fail with `not_found` for an unknown room. */
export interface HistoryReader {
  /** One page, `limits.pageDefault` events by default; `truncated` when `after` is below the floor. */
  page(room: string, query: PageQuery): Promise<RoomPage>;
  /** What a joining client needs: all after `after`, or the last events with `truncated` when it is too far behind. */
  catchUp(room: string, after: number | undefined): Promise<RoomPage>;
}

interface PageRow extends EventRow {
  head: string;
  floor: string;
  epoch: string;
}

/** Reader on the primary. Head and events come from one statement, so that they fit together. */
export function createHistoryReader(database: Database): HistoryReader {
  const parts = {
    after: "event_offset > $2 ORDER BY event_offset LIMIT $3",
    before: "event_offset < $2 ORDER BY event_offset DESC LIMIT $3",
  };

  async function read(
    room: string,
    part: keyof typeof parts,
    from: number,
    limit: number,
  ): Promise<RoomPage> {
    const { rows } = await database.query<PageRow>(
      `SELECT r.head, r.floor, r.epoch, e.* FROM rooms r LEFT JOIN LATERAL (
         SELECT ${eventColumns} FROM room_events WHERE room_id = r.id AND event_offset >= r.floor AND ${parts[part]}
       ) e ON true WHERE r.id = $1 ORDER BY e.event_offset`,
      [room, from, limit],
    );
    const first = rows[0];
    if (first === undefined) throw new Failure("not_found", "no such room");
    return {
      events: rows.filter((row) => row.id !== null).map(toEvent),
      head: Number(first.head),
      floor: Number(first.floor),
      epoch: first.epoch,
      truncated: false,
    };
  }

  const last = (room: string, limit: number) => read(room, "before", Number.MAX_SAFE_INTEGER, limit);

  return {
    async page(room, { after, before, limit = limits.pageDefault }) {
      if (before !== undefined) return read(room, "before", before, limit);
      if (after === undefined) return last(room, limit);
      const page = await read(room, "after", after, limit);
      return { ...page, truncated: after < page.floor - 1 };
    },
    async catchUp(room, after) {
      if (after !== undefined) {
        const page = await read(room, "after", after, limits.catchUpMax);
        const behind = page.head - after;
        if (after >= page.floor - 1 && behind >= 0 && behind <= limits.catchUpMax) return page;
        return { ...(await last(room, limits.pageDefault)), truncated: true };
      }
      return last(room, limits.pageDefault);
    },
  };
}
