import type { ReactNode } from "react";
import type { MemberEvent, RoomChangeEvent } from "../../shared/room-events.js";
import { fullText, timeText } from "./clock.js";
import classes from "./message.module.css";

function memberNotice({ change, user, sender, reason }: MemberEvent): ReactNode {
  const who = <bdi>{user.name}</bdi>;
  const by = <bdi>{sender.name}</bdi>;
  const why = reason ? `: ${reason}` : "";
  if (change === "leave") return <>{who} left</>;
  if (change === "join" && user.id === sender.id) return <>{who} joined</>;
  const done = { join: "let in", kick: "taken out", ban: "banned" }[change];
  return (
    <>
      {who} was {done} by {by}
      {why}
    </>
  );
}

function roomNotice({ change, value, sender }: RoomChangeEvent): ReactNode {
  const by = <bdi>{sender.name}</bdi>;
  if (change === "created") return <>{by} created the room</>;
  if (value === "") return <>{by} took the topic away</>;
  return (
    <>
      {by} changed the {change} to “<bdi>{value}</bdi>”
    </>
  );
}

/** One line about a member or the room, among the messages. */
export function NoticeLine({ event }: { event: MemberEvent | RoomChangeEvent }) {
  return (
    <div className={classes.notice}>
      <span>{event.kind === "member" ? memberNotice(event) : roomNotice(event)}</span>
      <time dateTime={new Date(event.at).toISOString()} title={fullText(event.at)}>
        {timeText(event.at)}
      </time>
    </div>
  );
}
