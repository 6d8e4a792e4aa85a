// Redis's users, one for each role, each with the least it needs. An ACL file knows no comments, so the reasons
// stand here.
//
// PSUBSCRIBE needs its pattern literally in the ACL. Each Socket.IO namespace has its broadcasts, requests to its
// nodes, and their responses. Requests move and disconnect anybody's sockets, so only nodes may send them.
// `chat:live:` tells who lives, `chat:ext#` is what outside services may say: they can neither read anything nor
// speak on a channel that nodes trust. EVAL and EVALSHA reach only the keys and commands of the same user.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const template = fileURLToPath(new URL("users.acl", import.meta.url));

/** The users that have a password. */
export const redisUsers = ["node", "emitter", "worker", "outside"];

/** The text of `users.acl` with the passwords filled in, as hashes. */
export function renderAcl(passwords) {
  return readFileSync(template, "utf8").replaceAll(/\$\{([A-Z]+)\}/g, (_, name) =>
    createHash("sha256").update(passwords[name.toLowerCase()]).digest("hex"),
  );
}
