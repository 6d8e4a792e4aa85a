import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { limits } from "../../shared/limits.js";
import type { Room, roomInput, roomPatch, RoomRole } from "../../shared/http.js";
import type { RoomEvents } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";
import type { Database, Queries } from "../database/pool.js";
import { Failure } from "../failure.js";
import { appendEvents, type Notice } from "../history/append.js";
import { nameOf } from "../history/names.js";
import { assertModerates, type Access } from "./access.js";

/** Rooms and who may enter them. What a caller may not know of is `not_found`, like what does not exist. */
export interface Rooms {
  /** Public rooms and the private ones the user may enter; all for an admin. */
  list(user: User): Promise<Room[]>;
  /** Creates a room owned by the user; guests and who owns many may not (`forbidden`), a taken id is `conflict`. */
  create(user: User, input: z.infer<typeof roomInput>): Promise<Room>;
  /** Changes title or topic: by the owner, its moderators and admins. */
  change(by: User, room: string, patch: z.infer<typeof roomPatch>): Promise<Room>;
  /** Lets a user in, or gives him another role: by the same; only the owner and admins make moderators. */
  putMember(by: User, room: string, userId: string, role: "member" | "moderator"): Promise<void>;
  /** Takes a user out: by the same, or by himself; an owner stays. */
  removeMember(by: User, room: string, userId: string): Promise<void>;
  /** Notes how far the user has read; never goes back. */
  read(user: User, room: string, offset: number): Promise<void>;
}

/** What the rooms work with. */
export interface RoomsPorts {
  database: Database;
  access: Access;
  /** Takes what is new in a log, committed. */
  committed(batch: RoomEvents): void;
}

type RoomRow = Omit<Room, "head" | "read"> & { head: string; read: string };

const toRoom = (row: RoomRow): Room => ({ ...row, head: Number(row.head), read: Number(row.read) });

const listed = `r.id, r.title, r.topic, r.visibility, r.head, m.role, coalesce(s.read_offset, 0) AS read
  FROM rooms r LEFT JOIN room_members m ON m.room_id = r.id AND m.user_id = $1
  LEFT JOIN room_reads s ON s.room_id = r.id AND s.user_id = $1`;

/** Rooms in Postgres; what happens to them is told in their logs, in the same transaction. */
export function createRooms({ database, access, committed }: RoomsPorts): Rooms {
  /** Changes a room under its lock, and tells it in the log; `change` gives nothing to tell where nothing changed. */
  async function changeRoom(
    by: User,
    room: string,
    change: (connection: Queries) => Promise<Notices>,
  ): Promise<RoomEvents[]> {
    return database.transaction(async (connection) => {
      // Appends hold the same lock, so that nobody writes with a membership that has just ended (T39).
      await connection.query("SELECT 1 FROM rooms WHERE id = $1 FOR NO KEY UPDATE", [room]);
      const notices = await change(connection);
      if (notices.length === 0) return [];
      const events = notices.map((notice) => ({ ...notice, room, sender: by, clientId: randomUUID() }));
      return (await appendEvents(connection, events)).batches;
    });
  }

  /** One of his at a time: two that are made at one moment must not both be the last one. */
  async function assertMayOwnMore(connection: Queries, userId: string): Promise<void> {
    await connection.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [userId]);
    const { rows } = await connection.query<{ owned: number }>(
      "SELECT count(*)::int AS owned FROM room_members WHERE user_id = $1 AND role = 'owner'",
      [userId],
    );
    if ((rows[0]?.owned ?? 0) >= limits.roomsOwned)
      throw new Failure("forbidden", `nobody may own more than ${limits.roomsOwned} rooms`);
  }

  async function find(user: User, room: string): Promise<Room> {
    const { rows } = await database.query<RoomRow>(`SELECT ${listed} WHERE r.id = $2`, [user.id, room]);
    if (rows[0] === undefined) throw new Failure("not_found", "no such room");
    return toRoom(rows[0]);
  }

  return {
    async list(user) {
      const { rows } = await database.query<RoomRow>(
        `SELECT ${listed} WHERE r.visibility = 'public' OR $2 OR m.user_id IS NOT NULL ORDER BY r.created_at, r.id`,
        [user.id, user.role === "admin"],
      );
      return rows.map(toRoom);
    },
    async create(user, { id, title, visibility }) {
      if (user.role === "guest") throw new Failure("forbidden", "guests can not create rooms");
      const created = await changeRoom(user, id, async (connection) => {
        if (user.role !== "admin") await assertMayOwnMore(connection, user.id);
        const { rowCount } = await connection.query(
          `WITH room AS (
             INSERT INTO rooms (id, title, visibility, owner_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO NOTHING RETURNING id
           ) INSERT INTO room_members (room_id, user_id, role) SELECT id, $4, 'owner' FROM room`,
          [id, title, visibility, user.id],
        );
        return rowCount === 0 ? [] : [{ kind: "room", change: "created", value: title }];
      });
      if (created.length === 0) throw new Failure("conflict", "id: there is a room with this id already");
      return find(user, id);
    },
    async change(by, room, patch) {
      assertModerates(by, await access(by, room));
      const changed = await changeRoom(by, room, async (connection) => {
        const { rows } = await connection.query<{ title: string; topic: string }>(
          "SELECT title, topic FROM rooms WHERE id = $1",
          [room],
        );
        const before = rows[0];
        const { title = before?.title ?? "", topic = before?.topic ?? "" } = patch;
        const notices: Notices = [];
        if (title !== before?.title) notices.push({ kind: "room", change: "title", value: title });
        if (topic !== before?.topic) notices.push({ kind: "room", change: "topic", value: topic });
        await connection.query("UPDATE rooms SET title = $2, topic = $3 WHERE id = $1", [room, title, topic]);
        return notices;
      });
      changed.forEach(committed);
      return find(by, room);
    },
    async putMember(by, room, userId, role) {
      const own = await access(by, room);
      assertModerates(by, own);
      if (role === "moderator" && by.role !== "admin" && own.role !== "owner")
        throw new Failure("forbidden", "only the room's owner and admins make moderators");
      const joined = await changeRoom(by, room, async (connection) => {
        const user = { id: userId, name: await nameOf(connection, userId) };
        const before = await roleOf(connection, room, userId);
        if (before === "owner") throw new Failure("forbidden", "an owner stays");
        if (before === "moderator" && by.role !== "admin" && own.role !== "owner") return [];
        await connection.query(
          `INSERT INTO room_members (room_id, user_id, role) VALUES ($1, $2, $3)
           ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role`,
          [room, userId, role],
        );
        return before === null ? [{ kind: "member", change: "join", user }] : [];
      });
      joined.forEach(committed);
    },
    async removeMember(by, room, userId) {
      const own = await access(by, room);
      if (by.id !== userId) assertModerates(by, own);
      const left = await changeRoom(by, room, async (connection) => {
        const before = await roleOf(connection, room, userId);
        if (before === "owner") throw new Failure("forbidden", "an owner stays");
        if (before === null) return [];
        if (before === "moderator" && by.id !== userId && by.role !== "admin" && own.role !== "owner")
          throw new Failure("forbidden", "only the room's owner and admins take out moderators");
        const name = by.id === userId ? by.name : await nameOf(connection, userId);
        await connection.query("DELETE FROM room_members WHERE room_id = $1 AND user_id = $2", [
          room,
          userId,
        ]);
        const change = by.id === userId ? "leave" : "kick";
        return [{ kind: "member", change, user: { id: userId, name } }];
      });
      left.forEach(committed);
    },
    async read(user, room, offset) {
      const { head } = await access(user, room);
      await database.query(
        `INSERT INTO room_reads (user_id, room_id, read_offset) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, room_id) DO UPDATE SET read_offset = greatest(room_reads.read_offset, $3)`,
        [user.id, room, Math.min(offset, head.head)],
      );
    },
  };
}

type Untold<N> = N extends Notice ? Omit<N, "room" | "sender" | "clientId"> : never;
type Notices = Untold<Notice>[];

async function roleOf(queries: Queries, room: string, userId: string): Promise<RoomRole | null> {
  const { rows } = await queries.query<{ role: RoomRole }>(
    "SELECT role FROM room_members WHERE room_id = $1 AND user_id = $2",
    [room, userId],
  );
  return rows[0]?.role ?? null;
}
