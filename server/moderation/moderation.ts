import { randomUUID } from "node:crypto";
import type { RoomEvents } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";
import type { Database, Queries } from "../database/pool.js";
import { Failure } from "../failure.js";
import { appendEvents } from "../history/append.js";
import { nameOf } from "../history/names.js";

/** What admins do about a user, in the whole cluster; guests too, by their id. */
export interface Moderation {
  /** Ends the user's connections; he may come back. */
  kick(by: User, userId: string, reason: string | undefined): Promise<void>;
  /**
   * Keeps the user out. In every room where he wrote or is a member it is told in the log, and nothing of his comes
   * after it there (T39).
   */
  ban(by: User, userId: string, reason: string | undefined): Promise<void>;
  unban(userId: string): Promise<void>;
  /** Makes a member an admin or the other way round; the last admin stays one (`conflict`). */
  setRole(userId: string, role: "member" | "admin"): Promise<void>;
  /** Lets the user read but not write, for so many seconds or until it is taken back. */
  mute(by: User, userId: string, seconds: number | undefined): Promise<void>;
  unmute(userId: string): Promise<void>;
}

/** What the moderation works with. */
export interface ModerationPorts {
  database: Database;
  /** Takes what is new in a log, committed. */
  committed(batch: RoomEvents): void;
  /** Ends the user's sockets on all nodes, telling him why. */
  ended(userId: string, reason: string): void;
  /** What the user may do has changed: his sockets have to know at once, on all nodes. */
  changed(userId: string): void;
}

/** Moderation in Postgres. */
export function createModeration({ database, committed, ended, changed }: ModerationPorts): Moderation {
  function refuseOneself(by: User, userId: string): void {
    if (by.id === userId) throw new Failure("forbidden", "not oneself");
  }

  return {
    async kick(by, userId, reason) {
      refuseOneself(by, userId);
      ended(userId, reason ?? "You were sent out by an admin.");
    },
    async ban(by, userId, reason) {
      refuseOneself(by, userId);
      const batches = await database.transaction(async (connection) => {
        const rooms = await lockRoomsOf(connection, userId);
        const name = await nameOf(connection, userId);
        const { rowCount } = await connection.query(
          `INSERT INTO bans (user_id, user_name, reason, banned_by) VALUES ($1, $2, $3, $4)
           ON CONFLICT (user_id) DO NOTHING`,
          [userId, name, reason ?? null, by.id],
        );
        if (rowCount === 0 || rooms.length === 0) return [];
        const notices = rooms.map((room) => ({
          kind: "member" as const,
          room,
          sender: by,
          clientId: randomUUID(),
          change: "ban" as const,
          user: { id: userId, name },
          ...(reason === undefined ? {} : { reason }),
        }));
        return (await appendEvents(connection, notices)).batches;
      });
      ended(userId, reason ?? "You were banned by an admin.");
      batches.forEach(committed);
    },
    async unban(userId) {
      await database.query("DELETE FROM bans WHERE user_id = $1", [userId]);
    },
    async setRole(userId, role) {
      await database.transaction(async (connection) => {
        // One after the other, so that two last admins can not take the role from each other (T39).
        await connection.query("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE");
        const { rows } = await connection.query<{ role: string; last: boolean }>(
          `SELECT role, role = 'admin' AND (SELECT count(*) FROM users WHERE role = 'admin') = 1 AS last
           FROM users WHERE id = $1`,
          [userId],
        );
        if (rows[0] === undefined) throw new Failure("not_found", "no such account");
        if (rows[0].last && role !== "admin") throw new Failure("conflict", "role: the last admin stays one");
        await connection.query("UPDATE users SET role = $2 WHERE id = $1", [userId, role]);
      });
      changed(userId);
    },
    async mute(by, userId, seconds) {
      refuseOneself(by, userId);
      await database.query(
        `INSERT INTO mutes (user_id, muted_by, until) VALUES ($1, $2, now() + $3 * interval '1 second')
         ON CONFLICT (user_id) DO UPDATE SET muted_by = excluded.muted_by, until = excluded.until`,
        [userId, by.id, seconds ?? null],
      );
    },
    async unmute(userId) {
      await database.query("DELETE FROM mutes WHERE user_id = $1", [userId]);
    },
  };
}

/** Locks the rooms where the user wrote or is a member, in the order in which appends do. */
async function lockRoomsOf(queries: Queries, userId: string): Promise<string[]> {
  const { rows } = await queries.query<{ id: string }>(
    `SELECT id FROM rooms r WHERE EXISTS (SELECT 1 FROM room_members m WHERE m.room_id = r.id AND m.user_id = $1)
       OR EXISTS (SELECT 1 FROM room_events e WHERE e.room_id = r.id COLLATE "C" AND e.sender_id = $1 COLLATE "C")
     ORDER BY id FOR NO KEY UPDATE`,
    [userId],
  );
  return rows.map(({ id }) => id);
}
