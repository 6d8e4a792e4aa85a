import type { ActionName } from "../../shared/commands.js";
import type { Action, Outgoing } from "../../shared/outbox.js";

type Fields = Record<string, unknown>;

/** What each action's input has as text; the server checks the rest. */
const textFields: Record<ActionName, readonly string[]> = {
  "message:send": ["room", "clientId", "text"],
  "message:edit": ["room", "clientId", "target", "text"],
  "message:delete": ["room", "clientId", "target"],
  "reaction:set": ["room", "clientId", "target", "emoji"],
};

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isName = (value: unknown): value is ActionName =>
  typeof value === "string" && Object.hasOwn(textFields, value);

function isAction(value: unknown): value is Action {
  if (!isFields(value) || !isName(value.name) || !isFields(value.input)) return false;
  const { input } = value;
  return textFields[value.name].every((field) => typeof input[field] === "string");
}

function isError(value: unknown): value is Outgoing["error"] {
  return value === null || (isFields(value) && typeof value.message === "string");
}

/** Before there were other actions, a message was kept as `{room, clientId, text, error}`. */
function readEntry(value: unknown): Outgoing | null {
  if (!isFields(value)) return null;
  const { room, clientId, text } = value;
  const action = value.action ?? { name: "message:send", input: { room, clientId, text } };
  return isAction(action) ? { action, error: isError(value.error) ? value.error : null } : null;
}

/** The actions in a kept value, whatever wrote it; what is none is left out. */
export function readActions(value: unknown): Outgoing[] {
  if (!Array.isArray(value)) return [];
  return value.map(readEntry).filter((entry) => entry !== null);
}
