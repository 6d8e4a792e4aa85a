import type { FoldedMessage } from "../../shared/room-state.js";
import { withRoom } from "../by-room.js";
import { type Draft, type DraftTarget, useChat } from "../store.js";

/** A room nothing is written in. */
export const emptyDraft: Draft = { text: "", reply: null, edit: null };

const targetOf = ({ event, text }: FoldedMessage): DraftTarget => ({
  id: event.id,
  sender: event.sender,
  text,
});

/** The draft that answers a message; an edit is given up for it. */
export function replying(draft: Draft, message: FoldedMessage): Draft {
  return { ...cancelled(draft), reply: targetOf(message) };
}

/** The draft that changes a message; what was being written waits aside. */
export function editing(draft: Draft, message: FoldedMessage): Draft {
  const aside = draft.edit?.aside ?? draft.text;
  return { ...draft, text: message.text, edit: { ...targetOf(message), aside } };
}

/** The draft without its edit, or else without its reply. */
export function cancelled(draft: Draft): Draft {
  return draft.edit ? { ...draft, text: draft.edit.aside, edit: null } : { ...draft, reply: null };
}

/** The draft after it was sent: what an edit put aside is back. */
export function sent(draft: Draft): Draft {
  return draft.edit ? cancelled(draft) : emptyDraft;
}

/** Changes the draft of a room. */
export function changeDraft(room: string, change: (draft: Draft) => Draft): void {
  useChat.setState(({ drafts }) => ({ drafts: withRoom(drafts, room, change(drafts[room] ?? emptyDraft)) }));
}
