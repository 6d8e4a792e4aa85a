import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

const idBytes = 16;
const pool = new Uint8Array(256 * idBytes);
let used = pool.length;

/** Random bytes by the pool: asking the system for sixteen costs more than the rest of an id. */
function rng(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += idBytes;
  return pool.slice(used - idBytes, used);
}

/** Id of a new event: a UUID that grows with time (RFC 9562 §5.7), so that an index grows at its end. */
export const newEventId = () => v7({ rng });
