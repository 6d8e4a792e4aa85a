import { ActionIcon, Text, Textarea } from "@mantine/core";
import { IconCheck, IconSend2 } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { limits } from "../../shared/limits.js";
import type { User } from "../../shared/values.js";
import { type Draft, useChat } from "../store.js";
import { countCharacters } from "../ui/characters.js";
import { editMessage, sendMessage } from "./actions.js";
import classes from "./chat.module.css";
import { DraftBar } from "./draft-bar.js";
import { cancelled, changeDraft, editing, emptyDraft, sent } from "./drafts.js";
import { lastOwn } from "./message-rows.js";
import { roomRows } from "./room-rows.js";
import { tellStopped, tellTyping } from "./typing.js";

const counterFrom = limits.textCharacters - 300;

/** Does what the draft is for; an edit that changes nothing is none. */
function submit(room: string, { text, edit, reply }: Draft): void {
  if (!edit) sendMessage(room, text, reply?.id ?? null);
  else if (text !== edit.text) editMessage(room, edit.id, text);
}

/**
 * Where a message is written or changed: Enter sends, Shift+Enter starts a line, Escape gives up an edit or a reply,
 * Up in an empty field edits one's last message; a draft stays with its room.
 */
export function Composer(props: { room: string; title: string; user: User; disabled: boolean }) {
  const { room, title, user, disabled } = props;
  const draft = useChat((state) => state.drafts[room] ?? emptyDraft);
  const [error, setError] = useState<string | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const { text, edit, reply } = draft;
  // Code points are never more than code units: short texts need no count.
  const count = text.length < counterFrom ? null : countCharacters(text);
  const tooLong = count !== null && count > limits.textCharacters;
  const blank = text.trim() === "";
  const target = edit?.id ?? reply?.id ?? null;

  useEffect(() => tellStopped, []);
  useEffect(() => {
    if (target !== null) input.current?.focus();
  }, [target]);

  function change(next: string): void {
    changeDraft(room, (before) => ({ ...before, text: next }));
    setError(null);
    if (next.trim() === "") tellStopped();
    else if (!edit) tellTyping(room);
  }

  function send(): void {
    if (blank || tooLong || disabled) return;
    try {
      submit(room, draft);
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : "This message could not be taken");
      return;
    }
    changeDraft(room, sent);
    setError(null);
    tellStopped();
    input.current?.focus();
  }

  function cancel(): void {
    changeDraft(room, cancelled);
    setError(null);
    input.current?.focus();
  }

  function editLast(): boolean {
    const state = useChat.getState();
    const message = lastOwn(roomRows(room, state.views[room]?.events ?? [], state, user));
    if (message) changeDraft(room, (before) => editing(before, message));
    return message !== null;
  }

  function handleKey(event: KeyboardEvent): void {
    // Enter that ends an input method's composition belongs to it.
    if (event.nativeEvent.isComposing) return;
    const key = event.key;
    if (key === "Enter" && !event.shiftKey) send();
    else if (key === "Escape" && target !== null) cancel();
    else if (key !== "ArrowUp" || text !== "" || edit || !editLast()) return;
    event.preventDefault();
  }

  return (
    <>
      <DraftBar draft={draft} onCancel={cancel} />
      <form
        className={classes.composer}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Textarea
          ref={input}
          className={classes.composerText}
          classNames={{ input: classes.composerInput ?? "" }}
          aria-label={`Message to ${title}`}
          placeholder={`Message to ${title}`}
          autosize
          minRows={1}
          maxRows={8}
          radius="lg"
          size="md"
          dir="auto"
          disabled={disabled}
          value={text}
          error={error ?? (tooLong ? "This message is too long" : null)}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={handleKey}
          onBlur={tellStopped}
        />
        {count !== null && count >= counterFrom && (
          <Text fz="xs" c={tooLong ? "red" : "dimmed"} className={classes.counter} aria-live="polite">
            {count} / {limits.textCharacters}
          </Text>
        )}
        <ActionIcon
          type="submit"
          size={42}
          radius="xl"
          aria-label={edit ? "Save" : "Send"}
          disabled={blank || tooLong || disabled}
        >
          {edit ? <IconCheck size={20} stroke={1.8} /> : <IconSend2 size={20} stroke={1.7} />}
        </ActionIcon>
      </form>
    </>
  );
}
