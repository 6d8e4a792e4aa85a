import { createHash } from "node:crypto";
import type { OutsidePost, Receipt } from "../../shared/http.js";
import type { User } from "../../shared/values.js";
import type { Queries } from "../database/pool.js";
import { Failure } from "../failure.js";
import type { Append } from "../history/group-commit.js";

/** What became of a post: `repeated` when its key had posted this before. */
export interface Posted {
  receipt: Receipt;
  repeated: boolean;
}

/** Posts a message for an outside service, once for each `key` in a day, however often and wherever it is repeated. */
export type PostFromOutside = (key: string, post: OutsidePost) => Promise<Posted>;

/** What posting works with. */
export interface PostPorts {
  queries: Queries;
  append: Append;
  /** How many instances are live now. */
  countInstances(): Promise<number>;
}

/** How long a key is known. */
const keptMs = 24 * 3600 * 1000;

/** The sender shown for an outside service; it is a member of no room, so that private rooms are closed to it. */
export const outsideSender = (source: string): User => ({
  id: `ext:${source}`,
  name: source,
  role: "member",
});

const hashOf = ({ room, text, source }: OutsidePost) =>
  createHash("sha256")
    .update(JSON.stringify([room, text, source]))
    .digest("hex");

interface Claim {
  body_hash: string;
  client_id: string;
  instances: number;
}

/**
 * Creates the function that posts. Claim and append are a statement each, and the claim names the message: an emitter
 * that dies or freezes between them holds nothing up, and the retry goes on where it ended.
 */
export function createOutsidePosts({ queries, append, countInstances }: PostPorts): PostFromOutside {
  /** The claim of this key, made now or before. A room that takes no posts leaves the key free. */
  async function claim(key: string, bodyHash: string, room: string): Promise<Claim> {
    const { rows } = await queries.query<Claim>(
      `INSERT INTO outside_posts (key, body_hash, instances)
       SELECT $1, $2, $3 FROM rooms WHERE id = $4 AND visibility = 'public'
       ON CONFLICT (key) DO UPDATE SET key = excluded.key
       RETURNING body_hash, client_id, instances`,
      [key, bodyHash, await countInstances(), room],
    );
    if (rows[0] === undefined) throw new Failure("not_found", "no such room");
    return rows[0];
  }

  return async (key, post) => {
    const { room, text, source } = post;
    const bodyHash = hashOf(post);
    const claimed = await claim(key, bodyHash, room);
    if (claimed.body_hash !== bodyHash)
      throw new Failure("conflict", "Idempotency-Key: used for another message");
    const sender = outsideSender(source);
    const action = { kind: "message", room, sender, clientId: claimed.client_id, text } as const;
    const { appended, id, offset, at } = await append(action);
    return { receipt: { id, room, offset, at, instances: claimed.instances }, repeated: !appended };
  };
}

/** Forgets the keys of posts older than a day; returns how many. */
export async function removeExpiredPosts(queries: Queries): Promise<number> {
  const { rowCount } = await queries.query(
    "DELETE FROM outside_posts WHERE at < now() - $1 * interval '1 millisecond'",
    [keptMs],
  );
  return rowCount ?? 0;
}
