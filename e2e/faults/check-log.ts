import type { RoomEvent } from "../../shared/room-events.js";
import type { ActionRecord, RoomLog, RunRecord } from "./record.js";
import type { Rule, Violation } from "./violation.js";

const kinds = {
  "message:send": "message",
  "message:edit": "edit",
  "message:delete": "delete",
  "reaction:set": "reaction",
} as const;

const tell = (rule: Rule, what: string): Violation => ({ rule, what });
const describeAction = ({ client, action }: ActionRecord) =>
  `${action.name} ${action.input.clientId} of ${client} in ${action.input.room}`;

function twice(room: string, what: string, keys: string[]): Violation[] {
  const seen = new Set<string>();
  return keys.flatMap((key) => {
    if (seen.has(key)) return [tell("doubled", `${what} ${key} in ${room}`)];
    seen.add(key);
    return [];
  });
}

/** The key of an action in the log; null for what the server writes by itself. */
const actionKey = (event: RoomEvent) => ("clientId" in event ? `${event.sender.id} ${event.clientId}` : null);

function checkRoom(room: string, { head, floor, events }: RoomLog): Violation[] {
  const found = [
    ...twice(
      room,
      "offset",
      events.map((event) => String(event.offset)),
    ),
    ...twice(
      room,
      "id",
      events.map((event) => event.id),
    ),
    ...twice(
      room,
      "action",
      events.map(actionKey).filter((key) => key !== null),
    ),
  ];
  let next = floor;
  for (const { offset } of events) {
    if (offset > next) found.push(tell("gap", `${next} to ${offset - 1} in ${room}`));
    next = Math.max(next, offset + 1);
  }
  if (next !== head + 1)
    found.push(tell("gap", `the log of ${room} ends at ${next - 1}, its head is ${head}`));
  const deleted = new Set(events.flatMap((event) => (event.kind === "delete" ? [event.target] : [])));
  for (const event of events) {
    const target = event.kind === "message" ? event.id : event.kind === "edit" ? event.target : null;
    if (target !== null && deleted.has(target) && "text" in event && event.text !== "")
      found.push(tell("undeleted", `${event.kind} ${event.offset} in ${room} still says "${event.text}"`));
  }
  return found;
}

const isDeleted = ({ events }: RoomLog, id: string) =>
  events.some((event) => event.kind === "delete" && event.target === id);

function isIn(log: RoomLog, { action, userId }: ActionRecord, offset: number, id?: string): boolean {
  const event = log.events.find((other) => other.offset === offset);
  if (!event || !("clientId" in event) || event.kind !== kinds[action.name]) return false;
  if (event.clientId !== action.input.clientId || event.sender.id !== userId) return false;
  if (id !== undefined && event.id !== id) return false;
  if ("text" in event && "text" in action.input && event.text !== action.input.text) {
    const target = "target" in event ? event.target : event.id;
    if (event.text !== "" || !isDeleted(log, target)) return false;
  }
  return !("target" in action.input) || ("target" in event && event.target === action.input.target);
}

/** A refusal is fair where another one had deleted the message meanwhile. */
function isFair({ action }: ActionRecord, log: RoomLog): boolean {
  return action.name !== "message:send" && isDeleted(log, action.input.target);
}

function checkAction(entry: ActionRecord, log: RoomLog, stored: Set<string>): Violation[] {
  const found = entry.acks
    .filter(({ offset, id }) => !isIn(log, entry, offset, id))
    .map(({ offset }) => tell("lost", `${describeAction(entry)}, acked as ${offset}`));
  const isAnswered = entry.acks.length > 0 || (entry.refusal !== null && isFair(entry, log));
  const code = entry.refusal?.error.code ?? "no answer";
  if (!isAnswered) found.push(tell("unanswered", `${describeAction(entry)}: ${code}`));
  if (entry.refusal && stored.has(`${entry.userId} ${entry.action.input.clientId}`))
    found.push(tell("stranger", `${describeAction(entry)} was refused (${code}) and stored`));
  return found;
}

function checkOwnOrder(actions: ActionRecord[]): Violation[] {
  const last = new Map<string, number>();
  return actions.flatMap((entry) => {
    const line = `${entry.userId} ${entry.action.input.room}`;
    const offset = entry.acks[0]?.offset;
    if (offset === undefined) return [];
    const before = last.get(line) ?? 0;
    last.set(line, offset);
    return offset > before ? [] : [tell("ownOrder", `${describeAction(entry)}: ${offset} after ${before}`)];
  });
}

/** Compares what was done and answered with the logs. */
export function checkLogs({ actions, logs, waiting }: RunRecord): Violation[] {
  const stored = new Set(Object.values(logs).flatMap((log) => log.events.map(actionKey)));
  stored.delete(null);
  const known = new Set(actions.map(({ userId, action }) => `${userId} ${action.input.clientId}`));
  const none: RoomLog = { head: 0, floor: 1, events: [] };
  return [
    ...Object.entries(logs).flatMap(([room, log]) => checkRoom(room, log)),
    ...actions.flatMap((entry) =>
      checkAction(entry, logs[entry.action.input.room] ?? none, stored as Set<string>),
    ),
    ...[...stored].flatMap((key) =>
      key === null || known.has(key) ? [] : [tell("stranger", `${key}: nobody did this`)],
    ),
    ...checkOwnOrder(actions),
    ...waiting.map(({ client, clientId }) => tell("waiting", `${clientId} of ${client}`)),
  ];
}
