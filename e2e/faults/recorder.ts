import type { Ack, Receipt } from "../../shared/commands.js";
import type { ErrorBody } from "../../shared/errors.js";
import type { Action } from "../../shared/outbox.js";
import type { RoomEvent } from "../../shared/room-events.js";
import type { ActionRecord, RunRecord, View } from "./record.js";

/** Writes down one page's room while it is shown. */
export interface ViewRecorder {
  show(events: readonly RoomEvent[]): void;
  close(): void;
}

/** Writes the record of a run. */
export interface Recorder {
  record: RunRecord;
  invoked(client: string, userId: string, action: Action): void;
  sent(action: Action): void;
  answered(action: Action, answer: Ack<Receipt>): void;
  turnedAway(client: string, what: string, error: ErrorBody): void;
  openView(page: Pick<View, "client" | "node" | "room">): ViewRecorder;
}

/** Starts an empty record. */
export function createRecorder(): Recorder {
  const actions = new Map<string, ActionRecord>();
  const record: RunRecord = {
    actions: [],
    views: [],
    logs: {},
    waiting: [],
    turnedAway: [],
    crashed: [],
    faults: [],
  };

  return {
    record,
    invoked(client, userId, action) {
      const entry: ActionRecord = {
        client,
        userId,
        action,
        invokedAt: performance.now(),
        sentAt: [],
        acks: [],
        refusal: null,
      };
      actions.set(action.input.clientId, entry);
      record.actions.push(entry);
    },
    sent: (action) => void actions.get(action.input.clientId)?.sentAt.push(performance.now()),
    answered(action, answer) {
      const entry = actions.get(action.input.clientId);
      if (!entry) return;
      const at = performance.now();
      if (answer.ok) {
        const { offset, id } = answer.data;
        entry.acks.push({ at, offset, ...(id === undefined ? {} : { id }) });
      } else if (!answer.error.retryable) entry.refusal = { at, error: answer.error };
    },
    turnedAway(client, what, { code }) {
      record.turnedAway.push({ client, at: performance.now(), what, code });
    },
    openView(page) {
      const view: View = { ...page, openedAt: performance.now(), closedAt: null, steps: [], events: [] };
      record.views.push(view);
      return {
        show(events) {
          if (events === view.events) return;
          const before = view.events;
          view.events = events;
          // Timelines only grow at the end, or start anew; whatever else one did shows as a false step.
          const grew = before.length > 0 && events[before.length - 1] === before.at(-1);
          const kept = grew ? before.length : 0;
          const added = events.slice(kept).map((event) => event.offset);
          view.steps.push({ at: performance.now(), kept, added });
        },
        close: () => void (view.closedAt = performance.now()),
      };
    },
  };
}
