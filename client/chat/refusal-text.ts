import type { ActionName } from "../../shared/commands.js";
import type { Outgoing } from "../../shared/outbox.js";
import { sentence } from "../ui/sentence.js";

const refused: Record<ActionName, string> = {
  "message:send": "Not sent",
  "message:edit": "Not changed",
  "message:delete": "Not deleted",
  "reaction:set": "Reaction not set",
};

/** What people are told instead of the server's short words; others are shown as they are. */
const words: Record<string, string> = {
  "you are muted": "An admin has muted you: you can read, but not write. Try again when that is over.",
  "you are banned": "You are banned from this chat.",
  "guests may only read": "Guests may only read here. Enter with an account to write.",
  "no such room": "This room is not open to you any more.",
  "target: no such message": "This message is gone.",
  "target: not your message": "This message is not yours to change.",
};

/** Why an action was refused, in words for people. */
export function refusalText({ action, error }: Outgoing): string {
  const message = error?.message ?? "";
  return `${refused[action.name]}. ${words[message] ?? sentence(message)}`;
}
