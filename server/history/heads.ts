import type { Queries } from "../database/pool.js";

/** The readable part of a room's log: `floor` to `head`. */
export interface RoomHead {
  head: number;
  floor: number;
  epoch: string;
}

/** `RoomHead` as the driver returns it. */
export interface HeadRow {
  head: string;
  floor: string;
  epoch: string;
}

/** Numbers of a room's row. */
export const toHead = (row: HeadRow): RoomHead => ({
  head: Number(row.head),
  floor: Number(row.floor),
  epoch: row.epoch,
});

/** Reads the heads of rooms in one statement; unknown rooms are left out. */
export async function readHeads(database: Queries, rooms: string[]): Promise<Map<string, RoomHead>> {
  const { rows } = await database.query<HeadRow & { id: string }>(
    "SELECT id, head, floor, epoch FROM rooms WHERE id = ANY($1)",
    [rooms],
  );
  return new Map(rows.map((row) => [row.id, toHead(row)]));
}

/**
 * Gives a log that is shorter than it was a new epoch, so that clients read it anew instead of taking its next events
 * for known ones; once, however many instances notice.
 */
export async function renewEpoch(database: Queries, room: string, seen: RoomHead): Promise<void> {
  await database.query("UPDATE rooms SET epoch = gen_random_uuid()::text WHERE id = $1 AND epoch = $2", [
    room,
    seen.epoch,
  ]);
}
