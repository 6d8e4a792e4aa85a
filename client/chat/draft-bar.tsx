import { CloseButton } from "@mantine/core";
import type { Draft } from "../store.js";
import classes from "./message.module.css";

/** Says above the composer what is being edited or answered. */
export function DraftBar({ draft, onCancel }: { draft: Draft; onCancel: () => void }) {
  const target = draft.edit ?? draft.reply;
  if (!target) return null;
  return (
    <div className={classes.draft} role="status">
      <div className={classes.quote}>
        <span className={classes.quoteName}>
          {draft.edit ? (
            "Editing your message"
          ) : (
            <>
              Replying to <bdi>{target.sender.name}</bdi>
            </>
          )}
        </span>
        <span className={classes.quoteText} dir="auto">
          {target.text}
        </span>
      </div>
      <CloseButton aria-label={draft.edit ? "Cancel the edit" : "Cancel the reply"} onClick={onCancel} />
    </div>
  );
}
