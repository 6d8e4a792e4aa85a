import { Alert, Box } from "@mantine/core";
import { IconAlertTriangle, IconClockPause, IconSpeakerphone } from "@tabler/icons-react";
import type { AnnouncementLevel } from "../../shared/facts.js";
import { useChat } from "../store.js";
import { LinkedText } from "../ui/linked-text.js";
import { dismiss } from "./announcements.js";
import classes from "./chat.module.css";
import { fullText, timeText } from "./clock.js";

const colors: Record<AnnouncementLevel, string> = { info: "sea", warning: "yellow", critical: "red" };
const titles: Record<AnnouncementLevel, string> = {
  info: "Announcement",
  warning: "Warning",
  critical: "Urgent",
};

/** Announcements until they are dismissed, and a quiet word while delivery is slow. */
export function Banners() {
  const announcements = useChat((state) => state.announcements);
  const slow = useChat((state) => state.degraded && state.connection === "connected");
  return (
    <Box className={classes.banners}>
      {announcements.map(({ id, text, level, at }) => (
        <Alert
          key={id}
          role={level === "critical" ? "alert" : "status"}
          color={colors[level] ?? "sea"}
          icon={level === "info" ? <IconSpeakerphone /> : <IconAlertTriangle />}
          title={
            <>
              {titles[level] ?? "Announcement"} · <time title={fullText(at)}>{timeText(at)}</time>
            </>
          }
          className={classes.banner}
          withCloseButton
          closeButtonLabel="Dismiss"
          onClose={() => dismiss(id)}
        >
          <span className={classes.bannerText} dir="auto">
            <LinkedText text={text} />
          </span>
        </Alert>
      ))}
      {slow && (
        <div role="status" className={classes.slow}>
          <IconClockPause size={16} stroke={1.6} aria-hidden />
          Messages from other servers may arrive a second late.
        </div>
      )}
    </Box>
  );
}
