import { Button, Group, Text } from "@mantine/core";
import type { ActionName } from "../../shared/commands.js";
import type { Outgoing } from "../../shared/outbox.js";
import { LinkedText } from "../ui/linked-text.js";
import { discard, retry } from "./delivery.js";
import { MessageQuote } from "./message-quote.js";
import type { WaitingRow } from "./message-rows.js";
import classes from "./message.module.css";

const refusals: Record<ActionName, string> = {
  "message:send": "Not sent",
  "message:edit": "Not changed",
  "message:delete": "Not deleted",
  "reaction:set": "Reaction not set",
};

/** Why it was refused, in words for people. */
function reasonOf({ action, error }: Outgoing): string {
  const gone = error?.code === "not_found" && action.name !== "message:send";
  return gone ? "this message is gone" : (error?.message ?? "");
}

function textOf({ name, input }: Outgoing["action"]): string | null {
  if (name === "message:send" || name === "message:edit") return input.text;
  return name === "reaction:set" ? input.emoji : null;
}

/** A message on its way, or what was refused: that is tried again or forgotten by hand. */
export function WaitingMessage({ row: { entry, quote, first } }: { row: WaitingRow }) {
  const { action, error } = entry;
  const text = textOf(action);
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
              {refusals[action.name]}: {reasonOf(entry)}
            </Text>
            <Button size="compact-xs" variant="light" onClick={() => retry(entry)}>
              Retry
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => discard(entry)}>
              Discard
            </Button>
          </Group>
        )}
      </div>
    </article>
  );
}
