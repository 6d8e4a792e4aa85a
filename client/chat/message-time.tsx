import { fullText, timeText } from "./clock.js";
import classes from "./message.module.css";
import type { StoredRow } from "./message-rows.js";

/** When a message was written, and whether it was edited since. */
export function MessageTime({ row: { message, pending } }: { row: StoredRow }) {
  const { at } = message.event;
  const { editedAt } = message;
  return (
    <span className={classes.time}>
      {pending === "message:edit" ? (
        <span>changing… </span>
      ) : (
        editedAt !== null && (
          <span title={`Edited ${fullText(editedAt)}`}>edited {timeText(editedAt)} · </span>
        )
      )}
      <time dateTime={new Date(at).toISOString()} title={fullText(at)}>
        {timeText(at)}
      </time>
    </span>
  );
}
