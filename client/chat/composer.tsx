import { ActionIcon, Text, Textarea } from "@mantine/core";
import { IconSend2 } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { limits } from "../../shared/limits.js";
import { useChat } from "../store.js";
import { countCharacters } from "../ui/characters.js";
import classes from "./chat.module.css";
import { sendMessage } from "./delivery.js";
import { tellStopped, tellTyping } from "./typing.js";

const counterFrom = limits.textCharacters - 300;

/** Where a message is written: Enter sends, Shift+Enter starts a line; a draft stays with its room. */
export function Composer({ room, title, disabled }: { room: string; title: string; disabled: boolean }) {
  const text = useChat((state) => state.drafts[room] ?? "");
  const [error, setError] = useState<string | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  // Code points are never more than code units: short texts need no count.
  const count = text.length < counterFrom ? null : countCharacters(text);
  const tooLong = count !== null && count > limits.textCharacters;
  const blank = text.trim() === "";

  useEffect(() => tellStopped, []);

  function change(next: string): void {
    useChat.setState(({ drafts }) => ({ drafts: { ...drafts, [room]: next } }));
    setError(null);
    if (next.trim() === "") tellStopped();
    else tellTyping(room);
  }

  function send(): void {
    if (blank || tooLong || disabled) return;
    try {
      sendMessage(room, text);
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : "This message could not be taken");
      return;
    }
    change("");
    input.current?.focus();
  }

  function handleKey(event: KeyboardEvent): void {
    // Enter that ends an input method's composition belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  return (
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
        aria-label="Send"
        disabled={blank || tooLong || disabled}
      >
        <IconSend2 size={20} stroke={1.7} />
      </ActionIcon>
    </form>
  );
}
