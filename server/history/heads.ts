import type { Database } from "../database/pool.js";

/** Where a room's log ends now. */
export interface Head {
  head: number;
  epoch: string;
}

/** Reads the heads of rooms in one statement; unknown rooms are left out. */
export async function readHeads(database: Database, rooms: string[]): Promise<Map<string, Head>> {
  const { rows } = await database.query<{ id: string; head: string; epoch: string }>(
    "SELECT id, head, epoch FROM rooms WHERE id = ANY($1)",
    [rooms],
  );
  return new Map(rows.map((row) => [row.id, { head: Number(row.head), epoch: row.epoch }]));
}
