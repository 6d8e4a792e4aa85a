import { eventually } from "../support/eventually.js";
import { openProxy, type Proxy } from "./proxy.js";

/** A proxy that knows what is written through it. */
export interface PostgresProxy extends Proxy {
  /**
   * The next so many writes reach Postgres and are committed, but their replies are lost and the connections cut.
   * Resolves when that happened, rejects when there were not so many writes in time.
   */
  cutReplies(count: number, withinMs: number): Promise<void>;
}

/** What the text of a statement that writes to a log has in it. */
const write = "append_";

/** Opens a proxy in front of the Postgres at `url`. */
export async function openPostgresProxy(url: string): Promise<PostgresProxy> {
  let toCut = 0;
  const proxy = await openProxy(url, (line, chunk) => {
    if (toCut === 0 || !chunk.includes(write)) return;
    toCut -= 1;
    // The answer to a write comes after its commit.
    line.cut("answer");
  });
  return {
    ...proxy,
    async cutReplies(count, withinMs) {
      toCut = count;
      await eventually(`${count} replies are cut`, () => toCut === 0, withinMs).finally(() => (toCut = 0));
    },
  };
}
