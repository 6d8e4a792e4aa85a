import type { z } from "zod";
import type { Room, roomInput } from "../../shared/http.js";
import type { User } from "../../shared/values.js";
import type { Database } from "../database/pool.js";
import { Failure } from "../failure.js";

/** Rooms and who may enter them. What a caller may not know of is `not_found`, like what does not exist. */
export interface Rooms {
  /** Public rooms and the private ones the user may enter; all for an admin. */
  list(user: User): Promise<Room[]>;
  /** Creates a room owned by the user; guests may not (`forbidden`), a taken id is `conflict`. */
  create(user: User, input: z.infer<typeof roomInput>): Promise<Room>;
  /** Fails with `not_found` unless the user may read the room. */
  assertReadable(user: User, room: string): Promise<void>;
  /** Lets a user into a private room: by its owner, its moderators and admins. */
  addMember(by: User, room: string, userId: string): Promise<void>;
  /** Takes a user out: by the same, or by himself. Returns whether he may not read the room any more. */
  removeMember(by: User, room: string, userId: string): Promise<boolean>;
}

interface RoomRow {
  id: string;
  title: string;
  visibility: Room["visibility"];
  head: string;
}

interface AccessRow {
  visibility: Room["visibility"];
  member_role: "owner" | "moderator" | "member" | null;
}

const toRoom = (row: RoomRow): Room => ({ ...row, head: Number(row.head) });

/** Rooms in Postgres. */
export function createRooms(database: Database): Rooms {
  async function access(user: User, room: string): Promise<AccessRow> {
    const { rows } = await database.query<AccessRow>(
      `SELECT r.visibility, m.role AS member_role FROM rooms r
       LEFT JOIN room_members m ON m.room_id = r.id AND m.user_id = $2 WHERE r.id = $1`,
      [room, user.id],
    );
    const row = rows[0];
    const allowed = row && (row.visibility === "public" || row.member_role !== null || user.role === "admin");
    if (!allowed) throw new Failure("not_found", "no such room");
    return row;
  }

  async function assertModerates(user: User, room: string): Promise<AccessRow> {
    const row = await access(user, room);
    const role = row.member_role;
    if (user.role !== "admin" && role !== "owner" && role !== "moderator")
      throw new Failure("forbidden", "only the room's owner, its moderators and admins may do this");
    return row;
  }

  return {
    async list(user) {
      const { rows } = await database.query<RoomRow>(
        `SELECT id, title, visibility, head FROM rooms r WHERE visibility = 'public' OR $2
           OR EXISTS (SELECT 1 FROM room_members m WHERE m.room_id = r.id AND m.user_id = $1)
         ORDER BY created_at, id`,
        [user.id, user.role === "admin"],
      );
      return rows.map(toRoom);
    },
    async create(user, input) {
      if (user.role === "guest") throw new Failure("forbidden", "guests can not create rooms");
      const { rows } = await database.query<RoomRow>(
        `WITH room AS (
           INSERT INTO rooms (id, title, visibility, owner_id) VALUES ($1, $2, $3, $4)
           ON CONFLICT (id) DO NOTHING RETURNING id, title, visibility, head
         ), owner AS (
           INSERT INTO room_members (room_id, user_id, role) SELECT id, $4, 'owner' FROM room
         ) SELECT * FROM room`,
        [input.id, input.title, input.visibility, user.id],
      );
      if (rows[0] === undefined) throw new Failure("conflict", "id: there is a room with this id already");
      return toRoom(rows[0]);
    },
    async assertReadable(user, room) {
      await access(user, room);
    },
    async addMember(by, room, userId) {
      await assertModerates(by, room);
      await database.query(
        "INSERT INTO room_members (room_id, user_id, role) VALUES ($1, $2, 'member') ON CONFLICT DO NOTHING",
        [room, userId],
      );
    },
    async removeMember(by, room, userId) {
      const { visibility } = await (by.id === userId ? access(by, room) : assertModerates(by, room));
      const { rowCount } = await database.query(
        "DELETE FROM room_members WHERE room_id = $1 AND user_id = $2 AND role <> 'owner'",
        [room, userId],
      );
      return visibility === "private" && rowCount !== 0;
    },
  };
}
