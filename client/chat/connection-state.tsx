import { Text } from "@mantine/core";
import { type Connection, useChat } from "../store.js";
import classes from "./chat.module.css";

const labels: Record<Connection, string> = {
  connecting: "Connecting…",
  connected: "Connected",
  reconnecting: "Reconnecting…",
  offline: "Offline",
};

/** Always tells how the connection is, in words and not by colour alone. */
export function ConnectionState() {
  const connection = useChat((state) => state.connection);
  return (
    <div role="status" className={classes.connection} data-state={connection}>
      <span className={classes.dot} aria-hidden />
      <Text span fz="sm" className={classes.connectionText}>
        {labels[connection]}
      </Text>
    </div>
  );
}
