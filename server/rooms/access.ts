import type { RoomRole } from "../../shared/http.js";
import type { User } from "../../shared/values.js";
import { gather } from "../gather.js";
import type { Queries } from "../database/pool.js";
import { Failure } from "../failure.js";
import { toHead, type HeadRow, type RoomHead } from "../history/heads.js";

/** A room as one user may see it now. */
export interface RoomAccess {
  head: RoomHead;
  visibility: "public" | "private";
  role: RoomRole | null;
}

/**
 * The one permission check of all that reads or changes a room: gives what the user may read up to, or fails with
 * `not_found`, also for a room that he may not know of (T14). Always from the primary.
 */
export type Access = (user: User, room: string) => Promise<RoomAccess>;

interface AccessRow extends HeadRow {
  n: number;
  visibility: RoomAccess["visibility"];
  role: RoomRole | null;
}

/** Creates the check; all that ask at one moment, as after a node's death, are one statement. */
export function createAccess(database: Queries): Access {
  const read = gather<{ userId: string; room: string }, AccessRow | undefined>(async (asked) => {
    const { rows } = await database.query<AccessRow>(
      `SELECT a.n::int AS n, r.head, r.floor, r.epoch, r.visibility, m.role
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a(room, user_id, n)
       JOIN rooms r ON r.id = a.room
       LEFT JOIN room_members m ON m.room_id = r.id AND m.user_id = a.user_id`,
      [asked.map(({ room }) => room), asked.map(({ userId }) => userId)],
    );
    const answers: (AccessRow | undefined)[] = asked.map(() => undefined);
    for (const row of rows) answers[row.n - 1] = row;
    return answers;
  });

  return async (user, room) => {
    const row = await read({ userId: user.id, room });
    if (!row || (row.visibility === "private" && row.role === null && user.role !== "admin"))
      throw new Failure("not_found", "no such room");
    return { head: toHead(row), visibility: row.visibility, role: row.role };
  };
}

/** Fails with `forbidden` unless the user is the room's owner, one of its moderators, or an admin. */
export function assertModerates(user: User, { role }: Pick<RoomAccess, "role">): void {
  if (user.role !== "admin" && role !== "owner" && role !== "moderator")
    throw new Failure("forbidden", "only the room's owner, its moderators and admins may do this");
}
