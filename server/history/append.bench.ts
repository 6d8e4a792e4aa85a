// The writer of messages as `npm run bench` measures it alone, without sockets and limits: e2e/bench/writer-loop.ts
// loads this file as it was built.

import { randomUUID } from "node:crypto";
import { openDatabase } from "../database/pool.js";
import { createLog } from "../metrics/log.js";
import { createMetrics } from "../metrics/metrics.js";
import { createAppend } from "./group-commit.js";

/** Makes the rooms, and opens the writer on the database. */
export async function openWriter(url: string, rooms: string[]) {
  const database = openDatabase({ url, pool: 10, name: "parley append bench" }, createLog("silent", null));
  const append = createAppend({ database, metrics: createMetrics(), committed() {}, unsure() {} });
  await database.query(
    "INSERT INTO rooms (id, title, visibility) SELECT id, id, 'public' FROM unnest($1::text[]) AS a(id)",
    [rooms],
  );
  return {
    /** Stores a message; it is committed when this resolves. */
    store: (room: string, speaker: string, text: string) =>
      append({
        kind: "message",
        room,
        sender: { id: speaker, name: "Guest", role: "guest" },
        clientId: randomUUID(),
        text,
      }),
    /** The head of each room, and how many messages it holds. */
    async count() {
      const { rows } = await database.query<{ room: string; head: string; stored: string }>(
        `SELECT id AS room, head, (SELECT count(*) FROM room_events WHERE room_id = rooms.id) AS stored
         FROM rooms WHERE id = ANY($1)`,
        [rooms],
      );
      return rows;
    },
    close: () => database.close(),
  };
}
