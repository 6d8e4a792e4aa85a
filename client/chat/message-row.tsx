import { memo } from "react";
import { LinkedText } from "../ui/linked-text.js";
import { RoleBadge } from "../ui/role-badge.js";
import { UserAvatar } from "../ui/user-avatar.js";
import { dayText } from "./clock.js";
import { MessageMenu } from "./message-menu.js";
import classes from "./message.module.css";
import { MessageQuote } from "./message-quote.js";
import type { MessageRow, StoredRow } from "./message-rows.js";
import { MessageTime } from "./message-time.js";
import { NoticeLine } from "./notice-line.js";
import { Reactions } from "./reactions.js";
import { WaitingMessage } from "./waiting-message.js";

function Deleted({ row: { message, pending } }: { row: StoredRow }) {
  const { deletedBy, event } = message;
  const deleting = pending === "message:delete";
  const other = !deleting && deletedBy !== null && deletedBy.id !== event.sender.id;
  return (
    <div className={classes.bubble} data-state="deleted">
      {deleting ? "Deleting…" : "Message deleted"}
      {other && (
        <>
          {" by "}
          <bdi>{deletedBy.name}</bdi>
        </>
      )}
    </div>
  );
}

function Bubble({ row }: { row: StoredRow }) {
  const { message, own, quote, pending } = row;
  return (
    <>
      <div className={classes.line}>
        <div className={classes.bubble} data-state={pending === "message:edit" ? "sending" : undefined}>
          {quote && <MessageQuote quote={quote} />}
          <span className={classes.text} dir="auto">
            <LinkedText text={message.text} />
          </span>
          <MessageTime row={row} />
        </div>
        <MessageMenu message={message} own={own} />
      </div>
      <Reactions message={message} />
    </>
  );
}

function Stored({ row }: { row: StoredRow }) {
  const { message, own, first } = row;
  const { sender } = message.event;
  return (
    <article className={classes.message} data-own={own || undefined} data-first={first || undefined}>
      {!own && <div className={classes.avatar}>{first && <UserAvatar user={sender} size={34} />}</div>}
      <div className={classes.body}>
        {first && !own && (
          <div className={classes.sender}>
            <bdi className={classes.name}>{sender.name}</bdi>
            <RoleBadge user={sender} />
          </div>
        )}
        {!(first && !own) && <span className={classes.hidden}>{own ? "You" : sender.name}: </span>}
        {message.deleted ? <Deleted row={row} /> : <Bubble row={row} />}
      </div>
    </article>
  );
}

function Content({ row }: { row: MessageRow }) {
  if (row.kind === "stored") return <Stored row={row} />;
  if (row.kind === "notice") return <NoticeLine event={row.event} />;
  return <WaitingMessage row={row} />;
}

/** One row of the message list, under the line of its day where it starts one. */
export const Row = memo(function Row({ row }: { row: MessageRow }) {
  return (
    <>
      {row.kind !== "waiting" && row.day !== null && (
        <div className={classes.day}>
          <span>{dayText(row.day)}</span>
        </div>
      )}
      <Content row={row} />
    </>
  );
});
