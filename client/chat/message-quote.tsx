import { UnstyledButton } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import classes from "./message.module.css";
import { useList } from "./list-context.js";
import type { Quote } from "./message-rows.js";

/** The message that another one answers; a click goes there where it is loaded. */
export function MessageQuote({ quote }: { quote: Quote }) {
  const list = useList();
  if (quote === "older") {
    return (
      <div className={classes.quote}>
        <span className={classes.quoteText}>Answers an older message</span>
      </div>
    );
  }
  const { sender } = quote.event;
  return (
    <UnstyledButton
      className={classes.quote}
      aria-label={`Go to the message of ${sender.name}`}
      onClick={() => list.goTo(quote)}
    >
      <bdi className={classes.quoteName}>
        <IconArrowBackUp size={13} stroke={2} aria-hidden /> {sender.name}
      </bdi>
      <span className={classes.quoteText} dir="auto">
        {quote.deleted ? <em>Message deleted</em> : quote.text}
      </span>
    </UnstyledButton>
  );
}
