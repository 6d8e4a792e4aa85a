import type { User, UserRole } from "../../shared/values.js";
import type { Queries } from "../database/pool.js";

/** A session that a socket was opened with, and its user as he was then. */
export interface HeldSession {
  sid: string;
  user: User;
}

/** The user as he is now, or why the session is over. */
export type Verdict = { user: User } | { ended: string };

interface Row {
  live: boolean;
  name: string | null;
  role: UserRole | null;
  banned: boolean;
  reason: string | null;
}

/** Judges sessions in one statement, in their order: logged out, expired, account gone, banned, another role (T20). */
export async function judgeSessions(queries: Queries, held: readonly HeldSession[]): Promise<Verdict[]> {
  const { rows } = await queries.query<Row>(
    `SELECT s.sid IS NOT NULL AS live, u.name, u.role, b.user_id IS NOT NULL AS banned, b.reason
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS h(sid, user_id, n)
     LEFT JOIN sessions s ON s.sid = h.sid AND s.expire > now()
     LEFT JOIN users u ON u.id = h.user_id::uuid LEFT JOIN bans b ON b.user_id = h.user_id ORDER BY h.n`,
    [held.map(({ sid }) => sid), held.map(({ user }) => user.id)],
  );
  return held.map(({ user }, i) => judge(user, rows[i]));
}

function judge(user: User, row: Row | undefined): Verdict {
  if (row?.banned) return { ended: row.reason ?? "You were banned by an admin." };
  if (!row?.live) return { ended: "You have logged out." };
  if (user.role === "guest") return { user };
  if (row.name === null || row.role === null) return { ended: "Your account is gone." };
  return { user: { id: user.id, name: row.name, role: row.role } };
}
