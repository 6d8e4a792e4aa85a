// The room logs as Postgres holds them, and statements that are slow, fail, or succeed without telling.
import type { MessageEvent, RoomEvents } from "../../../shared/room-events.js";
import type { User } from "../../../shared/values.js";
import type { RoomHead } from "../../history/heads.js";
import type { Actor, Clock } from "./clock.js";
import type { PlantedFault } from "./faults.js";

/** A message to append. */
export interface NewMessage {
  sender: User;
  clientId: string;
  text: string;
}

/** One room's log. All methods are statements: they happen at one instant. */
export interface RoomLog {
  append(message: NewMessage): { appended: boolean; batch: RoomEvents; offset: number };
  head(): RoomHead;
  /** The events after `after` up to `upTo` that are still there. */
  between(after: number, upTo: number): MessageEvent[];
  /** Retention: keeps the last `count`; what was known of `clientId`s stays. */
  trim(count: number): void;
  /** Back to what a backup held, without the last `count`, under a new epoch. */
  restore(count: number): void;
  /** Another epoch, unless it has changed since it was seen. */
  renewEpoch(seen: string): void;
  /** Every state the log was in, by id of the row, the newest first; each one only grew until it was replaced. */
  epochs(): readonly (readonly (MessageEvent | undefined)[])[];
}

/** Creates an empty log. */
export function createRoomLog(room: string, planted: PlantedFault | null): RoomLog {
  let rows: (MessageEvent | undefined)[] = [];
  const epochs = [rows];
  let floor = 1;
  let epoch = 1;
  let ids = 0;
  const known = new Map<string, MessageEvent>();
  const batch = (event: MessageEvent): RoomEvents => ({ room, epoch: `e${epoch}`, events: [event] });

  return {
    append({ sender, clientId, text }) {
      const key = `${sender.id} ${clientId}`;
      const old = known.get(key);
      if (old && planted !== "a repeat is stored again") {
        if (planted === "a repeat burns a number") rows.push(undefined);
        return { appended: false, batch: batch(old), offset: old.offset };
      }
      ids += 1;
      const offset = rows.length + 1;
      const event = {
        kind: "message" as const,
        offset,
        id: `${room}-${ids}`,
        at: ids,
        sender,
        clientId,
        text,
      };
      rows.push(event);
      known.set(key, event);
      return { appended: true, batch: batch(event), offset };
    },
    head: () => ({ head: rows.length, floor, epoch: `e${epoch}` }),
    between: (after, upTo) =>
      rows.slice(Math.max(after, floor - 1), Math.max(0, upTo)).filter((row) => row !== undefined),
    trim(count) {
      floor = Math.max(floor, rows.length - count + 1);
    },
    restore(count) {
      if (rows.length === 0) return;
      for (const event of rows.slice(-count)) if (event) known.delete(`${event.sender.id} ${event.clientId}`);
      rows = rows.slice(0, -count);
      floor = Math.min(floor, rows.length + 1);
      epochs.unshift(rows);
      if (planted !== "a restored log keeps its epoch") epoch += 1;
    },
    renewEpoch(seen) {
      if (seen === `e${epoch}` && planted !== "a restored log keeps its epoch") epoch += 1;
    },
    epochs: () => epochs,
  };
}

/** What runs statements, and how it can fail. */
export interface Database {
  /** One statement: runs a while later, answers a while after that; rejects while the database is down. */
  query<T>(actor: Actor, statement: () => T): Promise<T>;
  /** Refuses everything for `ms`. */
  breakDown(ms: number): void;
  /** Runs nothing for `ms`. */
  stall(ms: number): void;
  /** Runs the next statements without telling that it did. */
  loseReplies(count: number): void;
}

/** Creates a database that works; `latency` is asked for each way of a statement. */
export function createDatabase(clock: Clock, latency: () => number): Database {
  let downUntil = 0;
  let stalledUntil = 0;
  let repliesToLose = 0;

  return {
    query<T>(actor: Actor, statement: () => T) {
      return new Promise<T>((resolve, reject) => {
        const fail = () => clock.after(latency(), actor, () => reject(new Error("no database")));
        const execute = () => {
          if (clock.now() < stalledUntil) {
            clock.after(stalledUntil - clock.now(), null, execute);
          } else if (clock.now() < downUntil) {
            fail();
          } else {
            const result = statement();
            if (repliesToLose > 0) {
              repliesToLose -= 1;
              fail();
            } else clock.after(latency(), actor, () => resolve(result));
          }
        };
        clock.after(latency(), null, execute);
      });
    },
    breakDown(ms) {
      downUntil = Math.max(downUntil, clock.now() + ms);
    },
    stall(ms) {
      stalledUntil = Math.max(stalledUntil, clock.now() + ms);
    },
    loseReplies(count) {
      repliesToLose = count;
    },
  };
}
