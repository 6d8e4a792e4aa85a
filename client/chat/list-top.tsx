import { Button, Loader, Text } from "@mantine/core";
import type { RoomView } from "../store.js";
import classes from "./chat.module.css";
import { loadOlder } from "./rooms.js";

/** Height of what stands above the first row. */
export const topSpace = 64;

/** What stands above the first row: the room's beginning, or the way to what is older. */
export function ListTop({ room, title, view }: { room: string; title: string; view: RoomView }) {
  return (
    <div
      className={classes.top}
      style={{ height: topSpace }}
      data-gap={(view.startedAnew && view.hasOlder) || undefined}
    >
      {view.loadingOlder ? (
        <Loader size="sm" type="dots" aria-label="Loading older messages" />
      ) : view.hasOlder ? (
        <>
          {view.startedAnew && <Text fz="sm">Older messages are not loaded</Text>}
          <Button variant="subtle" size="compact-sm" onClick={() => void loadOlder(room)}>
            Load older messages
          </Button>
        </>
      ) : (
        <Text fz="sm" c="dimmed">
          {view.events.length === 0 ? "No messages yet. Say hello!" : `This is the beginning of ${title}.`}
        </Text>
      )}
    </div>
  );
}
