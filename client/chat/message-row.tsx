import { Button, Group, Text } from "@mantine/core";
import { memo } from "react";
import { LinkedText } from "../ui/linked-text.js";
import { RoleBadge } from "../ui/role-badge.js";
import { UserAvatar } from "../ui/user-avatar.js";
import classes from "./chat.module.css";
import { dayText, fullText, timeText } from "./clock.js";
import { discardMessage, resendMessage } from "./delivery.js";
import type { MessageRow, StoredRow, WaitingRow } from "./message-rows.js";

function Time({ at }: { at: number }) {
  return (
    <time className={classes.time} dateTime={new Date(at).toISOString()} title={fullText(at)}>
      {timeText(at)}
    </time>
  );
}

function Stored({ row: { message, own, first } }: { row: StoredRow }) {
  return (
    <article className={classes.message} data-own={own || undefined} data-first={first || undefined}>
      {!own && (
        <div className={classes.avatar}>{first && <UserAvatar user={message.sender} size={34} />}</div>
      )}
      <div className={classes.body}>
        {first && !own && (
          <div className={classes.sender}>
            <bdi className={classes.name}>{message.sender.name}</bdi>
            <RoleBadge user={message.sender} />
          </div>
        )}
        {!(first && !own) && <span className={classes.hidden}>{own ? "You" : message.sender.name}: </span>}
        <div className={classes.bubble}>
          <span className={classes.text} dir="auto">
            <LinkedText text={message.text} />
          </span>
          <Time at={message.at} />
        </div>
      </div>
    </article>
  );
}

function Waiting({ row: { entry, first } }: { row: WaitingRow }) {
  return (
    <article className={classes.message} data-own data-first={first || undefined}>
      <div className={classes.body}>
        <div className={classes.bubble} data-state={entry.error ? "refused" : "sending"}>
          <span className={classes.text} dir="auto">
            <LinkedText text={entry.text} />
          </span>
          {!entry.error && <span className={classes.time}>sending…</span>}
        </div>
        {entry.error && (
          <Group gap={6} justify="flex-end" mt={4} role="alert">
            <Text fz="xs" c="red" className={classes.refusal}>
              Not sent: {entry.error.message}
            </Text>
            <Button size="compact-xs" variant="light" onClick={() => resendMessage(entry.clientId)}>
              Retry
            </Button>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              onClick={() => discardMessage(entry.clientId)}
            >
              Discard
            </Button>
          </Group>
        )}
      </div>
    </article>
  );
}

/** One row of the message list. */
export const Row = memo(function Row({ row }: { row: MessageRow }) {
  if (row.kind === "stored") return <Stored row={row} />;
  if (row.kind === "waiting") return <Waiting row={row} />;
  return (
    <div className={classes.day}>
      <span>{dayText(row.at)}</span>
    </div>
  );
});
