import type { Queries } from "../database/pool.js";

/** How much of a log stays readable; null: without end. */
export interface Retention {
  maxAgeMs: number | null;
  maxEvents: number | null;
}

/** Rows changed by one statement. */
const stepRows = 1000;

/**
 * How long a row stays below the floor, without its words, after it was written: as long as an outbox may still ask
 * what became of its action (trust.md §4, retention).
 */
const keptActionsMs = 30 * 24 * 3600 * 1000;

/**
 * Moves each room's floor to what `retention` leaves, takes the words of all below it, and removes the rows that
 * nobody will ask for any more. Offsets are never used again: `head` stays. Small statements, so that nobody who
 * writes waits for it; ended in the middle, it goes on at the next call.
 */
export async function trimRooms(queries: Queries, retention: Retention): Promise<Record<string, number>> {
  return {
    roomsTrimmed: await moveFloors(queries, retention),
    eventsEmptied: await emptyBelowFloors(queries),
    rowsRemoved: await removeOldRows(queries),
  };
}

async function moveFloors(queries: Queries, { maxEvents, maxAgeMs }: Retention): Promise<number> {
  const { rowCount } = await queries.query(
    `WITH due AS (
       SELECT id, greatest(
         CASE WHEN $1::bigint IS NULL THEN 1 ELSE head - $1 + 1 END,
         CASE WHEN $2::bigint IS NULL THEN 1 ELSE coalesce(
           (SELECT event_offset FROM room_events e WHERE e.room_id = rooms.id AND e.event_offset >= rooms.floor
              AND e.at >= now() - $2 * interval '1 millisecond' ORDER BY event_offset LIMIT 1),
           head + 1) END
       ) AS floor FROM rooms
     ), locked AS MATERIALIZED (
       -- In the order in which who writes locks them, so that neither waits for the other.
       SELECT r.id, due.floor FROM rooms r JOIN due ON due.id = r.id AND due.floor > r.floor
       ORDER BY r.id FOR NO KEY UPDATE OF r
     )
     UPDATE rooms r SET floor = locked.floor FROM locked WHERE locked.id = r.id AND locked.floor > r.floor`,
    [maxEvents, maxAgeMs],
  );
  return rowCount ?? 0;
}

async function emptyBelowFloors(queries: Queries): Promise<number> {
  let total = 0;
  for (;;) {
    const { rows } = await queries.query<{ emptied: number }>(
      `WITH step AS (
         SELECT id, emptied, least(floor - 1, emptied + ${stepRows}) AS up_to FROM rooms WHERE emptied < floor - 1 LIMIT 1
       ), gone AS (
         UPDATE room_events e SET text = '' FROM step
         WHERE e.room_id = step.id AND e.event_offset > step.emptied AND e.event_offset <= step.up_to AND e.text <> ''
         RETURNING 1
       ), moved AS (
         UPDATE rooms r SET emptied = step.up_to FROM step WHERE r.id = step.id
       ) SELECT (SELECT count(*) FROM gone)::int AS emptied FROM step`,
    );
    if (rows[0] === undefined) return total;
    total += rows[0].emptied;
  }
}

async function removeOldRows(queries: Queries): Promise<number> {
  let total = 0;
  for (;;) {
    const { rowCount } = await queries.query(
      `DELETE FROM room_events e USING rooms r, LATERAL (
         SELECT event_offset AS lowest, at FROM room_events o WHERE o.room_id = r.id ORDER BY event_offset LIMIT 1
       ) first
       WHERE first.lowest < r.floor AND first.at < now() - $1 * interval '1 millisecond'
         AND e.room_id = r.id AND e.event_offset < least(r.floor, first.lowest + ${stepRows})
         AND e.at < now() - $1 * interval '1 millisecond'`,
      [keptActionsMs],
    );
    if (!rowCount) return total;
    total += rowCount;
  }
}
