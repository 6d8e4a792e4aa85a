import { randomUUID } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import type { User, UserRole } from "../../shared/values.js";
import { gather } from "../gather.js";
import type { Database, Queries } from "../database/pool.js";
import { Failure } from "../failure.js";

/** Users with a password. */
export interface Accounts {
  /** Creates a member; a taken name is `conflict`. */
  register(name: string, password: string): Promise<User>;
  /** The user of these credentials, else `unauthenticated`; costs the same for unknown names (T6). */
  login(name: string, password: string): Promise<User>;
  /** Refuses a guest's name that belongs to an account (`conflict`). */
  assertFree(name: string): Promise<void>;
  /**
   * A session's user as he is now: it may be older than a change of his role. Fails with `unauthenticated` when the
   * account is gone, with `forbidden` when he is banned.
   */
  current(user: User): Promise<User>;
}

interface UserRow {
  id: string;
  name: string;
  role: UserRole;
  password_hash: string;
}

/** Two names are the same when people would read them as the same. */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

const byName = "SELECT id, name, role, password_hash FROM users WHERE name_key = $1";
const wrong = () => new Failure("unauthenticated", "name or password is wrong");

/** Accounts in Postgres, passwords as argon2id. */
export function createAccounts(database: Database): Accounts {
  const decoy = hash(randomUUID());
  // All who come at one moment, as after a node's death, are one statement.
  const look = gather((ids: string[]) => readCurrent(database, ids));

  return {
    register: (name, password) => createUser(database, name, password, "member"),
    async login(name, password) {
      const { rows } = await database.query<UserRow>(byName, [nameKey(name)]);
      const row = rows[0];
      const right = await verify(row?.password_hash ?? (await decoy), password);
      if (!row || !right) throw wrong();
      return { id: row.id, name: row.name, role: row.role };
    },
    async assertFree(name) {
      const { rowCount } = await database.query(byName, [nameKey(name)]);
      if (rowCount !== 0) throw new Failure("conflict", "name: belongs to an account");
    },
    async current(user) {
      const { account, banned } = await look(user.id);
      if (banned) throw new Failure("forbidden", "you are banned");
      if (user.role === "guest") return user;
      if (account === null) throw new Failure("unauthenticated", "the account is gone");
      return account;
    },
  };
}

interface Current {
  account: User | null;
  banned: boolean;
}

async function readCurrent(queries: Queries, ids: string[]): Promise<Current[]> {
  const { rows } = await queries.query<{ id: string; name: string | null; role: UserRole; banned: boolean }>(
    `SELECT i.id, u.name, u.role, b.user_id IS NOT NULL AS banned
     FROM unnest($1::text[]) WITH ORDINALITY AS i(id, n)
     LEFT JOIN users u ON u.id = i.id::uuid LEFT JOIN bans b ON b.user_id = i.id ORDER BY i.n`,
    [ids],
  );
  return rows.map(({ id, name, role, banned }) => ({
    account: name === null ? null : { id, name, role },
    banned,
  }));
}

/** Adds an account; a taken name is `conflict`. */
export async function createUser(
  queries: Queries,
  name: string,
  password: string,
  role: "member" | "admin",
): Promise<User> {
  const id = randomUUID();
  const { rowCount } = await queries.query(
    `INSERT INTO users (id, name, name_key, role, password_hash) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (name_key) DO NOTHING`,
    [id, name, nameKey(name), role, await hash(password)],
  );
  if (rowCount === 0) throw new Failure("conflict", "name: taken");
  return { id, name, role };
}

/**
 * Creates the first admin while there is none; of any number of callers at once one succeeds. Returns whether this
 * call did.
 */
export async function createFirstAdmin(database: Database, name: string, password: string): Promise<boolean> {
  return database.transaction(async (connection) => {
    await connection.query("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE");
    const { rowCount } = await connection.query("SELECT 1 FROM users WHERE role = 'admin' LIMIT 1");
    if (rowCount !== 0) return false;
    await createUser(connection, name, password, "admin");
    return true;
  });
}
