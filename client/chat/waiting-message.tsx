import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import type { Outgoing } from "../../shared/outbox.js";
import { LinkedText } from "../ui/linked-text.js";
import { discard, retry } from "./delivery.js";
import { MessageQuote } from "./message-quote.js";
import type { WaitingRow } from "./message-rows.js";
import classes from "./message.module.css";
import { refusalText } from "./refusal-text.js";

function textOf({ name, input }: Outgoing["action"]): string | null {
  if (name === "message:send" || name === "message:edit") return input.text;
  return name === "reaction:set" ? input.emoji : null;
}

/** A message on its way, or what was refused: that is tried again or forgotten by hand. */
export function WaitingMessage({ row: { entry, quote, first } }: { row: WaitingRow }) {
  const { action, error } = entry;
  const text = textOf(action);
  const [problem, setProblem] = useState<string | null>(null);

  function tryAgain(): void {
    try {
      retry(entry);
    } catch (thrown) {
      setProblem(thrown instanceof Error ? thrown.message : "It could not be taken");
    }
  }

  return (
    <article className={classes.message} data-own data-first={first || undefined}>
      <div className={classes.body}>
        {text !== null && (
          <div className={classes.bubble} data-state={error ? "refused" : "sending"}>
            {quote && <MessageQuote quote={quote} />}
            <span className={classes.text} dir="auto">
              <LinkedText text={text} />
            </span>
            {!error && <span className={classes.time}>sending…</span>}
          </div>
        )}
        {error && (
          <Group gap={6} justify="flex-end" mt={4} role="alert">
            <Text fz="xs" c="red" className={classes.refusal}>
              {problem ?? refusalText(entry)}
            </Text>
            <Group gap={6} wrap="nowrap">
              <Button size="compact-xs" variant="light" onClick={tryAgain}>
                Retry
              </Button>
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => discard(entry)}>
                Discard
              </Button>
            </Group>
          </Group>
        )}
      </div>
    </article>
  );
}
