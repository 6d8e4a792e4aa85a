import type { RoomEvents } from "../../shared/room-events.js";
import type { Database } from "../database/pool.js";
import { Failure } from "../failure.js";
import type { Metrics } from "../metrics/metrics.js";
import { appendEvents, type Appended, type Recorded, type UserAction } from "./append.js";
import { appendMessages, isMessage } from "./append-messages.js";

// The writer of what users do. While one batch is on its way to the database the next one gathers, so that many
// messages share one round trip and one flush of the disk, and one alone waits for nobody (performance.md §5).

/** Appends an action; when its promise resolves it is committed under the room's next offset. */
export type Append = (action: UserAction) => Promise<Appended>;

/** What the writer works with. */
export interface AppendPorts {
  database: Database;
  metrics: Metrics;
  /** Takes what is new, committed, in offset order for each room. */
  committed(batch: RoomEvents): void;
  /** A batch got no answer: it may be committed, and nobody will be told of it from here. */
  unsure(): void;
}

interface Waiting {
  action: UserAction;
  since: number;
  resolve(appended: Appended): void;
  reject(failure: unknown): void;
}

/** More than this waiting means that the database is far behind. */
const queueMax = 2000;
const batchMax = 1000;
/** Characters of text in one batch: bounds the statement's size. */
const batchTextMax = 250_000;
const busyRetryMs = 500;

const actionKey = ({ room, sender, clientId }: UserAction) => `${room} ${sender.id} ${clientId}`;

/**
 * Takes the next batch out of the queue, of messages alone or of all else: those have a shorter way. What repeats an
 * action or a target of the batch waits for the one after: a statement does not see its own rows.
 */
function takeBatch(queue: Waiting[]): Waiting[] {
  const batch: Waiting[] = [];
  const left: Waiting[] = [];
  const seen = new Set<string>();
  const areMessages = queue[0] !== undefined && isMessage(queue[0].action);
  let text = 0;
  for (const waiting of queue) {
    const { action } = waiting;
    const keys = [actionKey(action), ...("target" in action ? [action.target] : [])];
    const hasRoom = batch.length < batchMax && text <= batchTextMax;
    const fits = hasRoom && isMessage(action) === areMessages && !keys.some((key) => seen.has(key));
    // Those behind one that is put off may not have to be: their order is nobody's promise before their ack.
    (fits ? batch : left).push(waiting);
    for (const key of keys) seen.add(key);
    if (fits && "text" in action) text += action.text.length;
  }
  queue.splice(0, queue.length, ...left);
  return batch;
}

/**
 * Creates the writer. The same sender, room and `clientId` give the same offset for the life of the row (trust.md
 * P7). Refuses with `not_found` (a room or target that is not there, or that the sender may not know of),
 * `forbidden` (banned, muted, another's message), `conflict` (another body under the same `clientId`), or
 * `unavailable`: at once when the queue is full, and for all that wait when the database does not answer.
 */
export function createAppend({ database, metrics, committed, unsure }: AppendPorts): Append {
  const queue: Waiting[] = [];
  let running = false;

  async function append(actions: UserAction[]): Promise<Recorded> {
    const short = actions.every(isMessage) ? await appendMessages(database, actions) : null;
    return short ?? appendEvents(database, actions);
  }

  async function commit(batch: Waiting[]): Promise<void> {
    let done: Recorded;
    try {
      done = await append(batch.map(({ action }) => action));
    } catch (error) {
      // One that the database can not take must not keep the others from being stored.
      if (!(error instanceof Failure) && batch.length > 1) {
        for (const one of batch) await commit([one]);
        return;
      }
      const others = error instanceof Failure ? queue.splice(0) : [];
      for (const one of [...batch, ...others]) one.reject(error);
      unsure();
      return;
    }
    batch.forEach(({ action, since, resolve, reject }, i) => {
      const outcome = done.outcomes[i];
      if (outcome === undefined || outcome instanceof Failure) return reject(outcome);
      metrics.appendSeconds.observe((performance.now() - since) / 1000);
      if (outcome.appended && action.kind === "message") metrics.messagesAppended.inc();
      resolve(outcome);
    });
    for (const events of done.batches) committed(events);
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) await commit(takeBatch(queue));
    running = false;
  }

  return (action) =>
    new Promise((resolve, reject) => {
      if (queue.length >= queueMax)
        return reject(new Failure("unavailable", "too many messages are waiting", busyRetryMs));
      queue.push({ action, since: performance.now(), resolve, reject });
      if (running) return;
      running = true;
      // With all who ask before the loop does anything else.
      process.nextTick(() => void drain());
    });
}
