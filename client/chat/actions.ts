import { act } from "./delivery.js";
import { createClientId } from "./client-id.js";

/** What the server would refuse as text of any kind is left out. */
const storable = (text: string) => text.toWellFormed().replaceAll("\u0000", "");

/** Sends a message once; @throws RangeError when too many actions wait already. */
export function sendMessage(room: string, text: string, replyTo: string | null): void {
  const input = { room, clientId: createClientId(), text: storable(text) };
  act({ name: "message:send", input: replyTo === null ? input : { ...input, replyTo } });
}

/** Gives an own message another text; @throws RangeError as above. */
export function editMessage(room: string, target: string, text: string): void {
  act({ name: "message:edit", input: { room, clientId: createClientId(), target, text: storable(text) } });
}

/** Deletes a message; @throws RangeError as above. */
export function deleteMessage(room: string, target: string): void {
  act({ name: "message:delete", input: { room, clientId: createClientId(), target } });
}

/** Puts an emoji on a message or takes it back; @throws RangeError as above. */
export function react(room: string, target: string, emoji: string, on: boolean): void {
  act({ name: "reaction:set", input: { room, clientId: createClientId(), target, emoji, on } });
}
