import { createStore, openStorePool } from "./store.js";
import type { Writer } from "../writer-loop.js";

/** The store of the plain server, one transaction per message with a counter, as it is measured alone. */
export function openWriter(url: string, rooms: string[]): Promise<Writer> {
  const pool = openStorePool(url);
  const store = createStore("counter", pool);
  return Promise.resolve({
    store: (room, sender, text) => store({ room, text, sender }),
    async count() {
      const { rows } = await pool.query<{ room: string; head: string; stored: string }>(
        `SELECT id AS room, head, (SELECT count(*) FROM plain_log WHERE room = plain_rooms.id) AS stored
         FROM plain_rooms WHERE id = ANY($1)`,
        [rooms],
      );
      return rows;
    },
    close: () => pool.end(),
  });
}
