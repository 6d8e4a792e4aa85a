import pg from "pg";

/** A message to be stored. */
export interface StoredMessage {
  room: string;
  text: string;
  sender: string;
}

/** Stores a message; it is committed when this resolves. */
export type Store = (message: StoredMessage) => Promise<unknown>;

/** The tables that the statements below write to. */
export const storeSchema = `
CREATE TABLE IF NOT EXISTS plain_messages (
  id bigserial PRIMARY KEY, room text NOT NULL, sender text NOT NULL, body text NOT NULL,
  at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS plain_rooms (id text PRIMARY KEY, head bigint NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS plain_log (
  room text NOT NULL, message_offset bigint NOT NULL, sender text NOT NULL, body text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (room, message_offset))`;

const statements: Record<string, string> = {
  /** What most would write first. */
  insert: "INSERT INTO plain_messages (room, sender, body) VALUES ($1, $2, $3)",
  /** Numbers without gaps: one transaction per message with a counter of its room. */
  counter: `WITH moved AS (
      INSERT INTO plain_rooms (id, head) VALUES ($1, 1)
      ON CONFLICT (id) DO UPDATE SET head = plain_rooms.head + 1 RETURNING head)
    INSERT INTO plain_log (room, message_offset, sender, body) SELECT $1, head, $2, $3 FROM moved`,
};

/** Opens the connections of a store, when they are needed. */
export const openStorePool = (url: string) => new pg.Pool({ connectionString: url, max: 10 });

/** Creates the store of a name, one statement and one transaction per message; without a name nothing is stored. */
export function createStore(name: string | undefined, pool: pg.Pool): Store {
  const text = statements[name ?? ""];
  if (text === undefined) return () => Promise.resolve();
  return ({ room, sender, text: body }) => pool.query({ name, text, values: [room, sender, body] });
}
