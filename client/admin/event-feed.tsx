import { Text } from "@mantine/core";
import type { ClusterEvent } from "../../shared/cluster.js";
import { fullText, timeText } from "../chat/clock.js";
import classes from "./admin.module.css";
import type { ClusterView } from "./cluster-view.js";

const texts: Record<ClusterEvent["kind"], string> = {
  joined: "joined the cluster",
  left: "left the cluster",
  lost: "was lost",
  draining: "is draining",
  degraded: "is degraded",
  recovered: "has recovered",
};

/** What happened in the cluster since the page was opened, newest first. */
export function EventFeed({ events }: { events: ClusterView["events"] }) {
  if (events.length === 0) {
    return (
      <Text c="dimmed" fz="sm">
        Nothing has happened since you opened this page.
      </Text>
    );
  }
  return (
    <ol className={classes.feed} aria-live="polite" tabIndex={0} aria-label="Events, newest first">
      {events.map(({ key, kind, instanceId, role, at }) => (
        <li key={key} data-kind={kind}>
          <time dateTime={at} title={fullText(Date.parse(at))}>
            {timeText(Date.parse(at))}
          </time>
          <span>
            <strong>{instanceId}</strong> ({role}) {texts[kind] ?? kind}
          </span>
        </li>
      ))}
    </ol>
  );
}
