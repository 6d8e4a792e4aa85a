import type { ErrorBody } from "../../shared/errors.js";
import type { Action } from "../../shared/outbox.js";
import type { RoomEvent } from "../../shared/room-events.js";

// What a run leaves behind for the checker. All times are of one clock: ms of `performance.now()` of the process
// that all clients live in.

/** One action of a user, with everything he heard about it. */
export interface ActionRecord {
  client: string;
  userId: string;
  action: Action;
  invokedAt: number;
  /** When it was sent; more than once where an answer did not come or could be retried. */
  sentAt: number[];
  acks: { at: number; offset: number; id?: string }[];
  /** The definite refusal. */
  refusal: { at: number; error: ErrorBody } | null;
}

/** A change of what a client showed: so many of the events before stayed, these came after them. */
export interface Step {
  at: number;
  kept: number;
  added: number[];
}

/** One room on one page of a client, from its opening to its end. */
export interface View {
  client: string;
  /** The node the client is connected to; null where nginx decides. */
  node: string | null;
  room: string;
  openedAt: number;
  /** Null when it was open at the end of the run: then it must show the room's end. */
  closedAt: number | null;
  steps: Step[];
  /** What it showed last. */
  events: readonly RoomEvent[];
}

/** A room's log as it was read in the end. */
export interface RoomLog {
  head: number;
  floor: number;
  events: RoomEvent[];
}

/** A fault that was done. */
export interface FaultRecord {
  name: string;
  /** Whether it came at once with another one. */
  together: boolean;
  startedAt: number;
  /** Its cause was taken away; a kill's is the kill itself. */
  healedAt: number;
  /** Every process answered again and called itself well, and every client was connected. */
  readyAt: number;
}

/** Everything that was done, heard and shown in a run. */
export interface RunRecord {
  actions: ActionRecord[];
  views: View[];
  logs: Record<string, RoomLog>;
  /** What the outboxes held in the end. */
  waiting: { client: string; clientId: string }[];
  /** Connections and rooms that were refused for good: nobody may be logged out by a fault. */
  turnedAway: { client: string; at: number; what: string; code: string }[];
  /** Processes that ended without being ended. */
  crashed: string[];
  faults: FaultRecord[];
}
