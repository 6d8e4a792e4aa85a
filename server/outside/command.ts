import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { outsidePost, type OutsidePost, type Receipt } from "../../shared/http.js";
import { ConfigError } from "../config/env.js";
import { openDatabase } from "../database/pool.js";
import { Failure, invalid } from "../failure.js";
import { appendEvents } from "../history/append.js";
import { createLog, messageOf } from "../metrics/log.js";
import { outsideSender } from "./posts.js";

/** Reads `--room R --text T [--source S]`. @throws ConfigError naming what is wrong. */
export function readPost(args: string[]): OutsidePost {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args,
      options: { room: text, text, source: { ...text, default: "parley" } },
    });
    const post = outsidePost.safeParse(values);
    if (post.success) return post.data;
    throw invalid(post.error);
  } catch (error) {
    throw new ConfigError(`emit --room R --text T [--source S]: ${messageOf(error)}`);
  }
}

/**
 * `parley emit`: posts a message and prints its receipt as one line of JSON. It needs nothing but the database: the
 * nodes' look at the room's head shows it within about a second. @throws Failure when the room does not take it.
 */
export async function emitMessage(
  config: { url: string; logLevel: string },
  { room, text, source }: OutsidePost,
): Promise<void> {
  const log = createLog(config.logLevel, null);
  const database = openDatabase({ url: config.url, pool: 1, name: "parley emit" }, log);
  try {
    const sender = outsideSender(source);
    const { outcomes } = await appendEvents(database, [
      { kind: "message", room, sender, clientId: randomUUID(), text },
    ]);
    const outcome = outcomes[0] ?? new Failure("internal", "nothing was appended");
    if (outcome instanceof Failure) throw outcome;
    const { id, offset, at } = outcome;
    const receipt: Omit<Receipt, "instances"> = { id, room, offset, at };
    process.stdout.write(`${JSON.stringify(receipt)}\n`);
  } finally {
    await database.close();
  }
}
