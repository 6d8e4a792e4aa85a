import { failed, notChecked, ok, reasonOf, type Finding } from "./finding.js";
import type { RedisClient } from "../bus/redis.js";

/**
 * Redis' own judgement on commands that are not run. ACL DRYRUN would need an admin's rights; this a script may ask for
 * the user that runs it (Redis 7).
 */
const script = `
if not redis.acl_check_cmd then return false end
local refused = {}
for i, packed in ipairs(ARGV) do
  if not redis.acl_check_cmd(unpack(cjson.decode(packed))) then refused[#refused + 1] = i end
end
return refused`;

/** Checks that the user of this connection may do all that is needed, and names what not. */
export async function checkRights(
  check: string,
  user: string,
  needs: string[][],
  client: Pick<RedisClient, "eval">,
): Promise<Finding> {
  try {
    const answer = (await client.eval(script, {
      arguments: needs.map((need) => JSON.stringify(need)),
    })) as number[] | null;
    if (answer === null) return notChecked(check, "a Redis older than 7 does not tell them");
    const refused = answer.map((index) => tell(needs[index - 1] ?? []));
    if (refused.length === 0) return ok(check, `${user} may do all that is needed`);
    return failed(check, `${user} may not ${refused.join(", ")}: compare with compose/redis/users.acl`);
  } catch (error) {
    return failed(check, `${user}: ${reasonOf(error)}: compare with compose/redis/users.acl`);
  }
}

function tell([command = "", ...rest]: string[]): string {
  const name = command === "PUBSUB" ? `${command} ${rest[0]}` : command;
  const subject = command === "PUBSUB" ? rest[1] : command === "EVAL" ? rest[2] : rest[0];
  return subject === undefined ? name : `${name} ${subject}`;
}
