import { Alert, Button, Group, Loader, Stack, Text } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import type { RoomEvent } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";
import { emptyView, useChat } from "../store.js";
import classes from "./chat.module.css";
import { Composer } from "./composer.js";
import { MessageList } from "./message-list.js";
import { runsRoom } from "./person-rights.js";
import { absenceText } from "./room-absence.js";
import { RoomHeader } from "./room-header.js";
import { useRoomRows } from "./room-rows.js";
import { openRoom, retryRoom } from "./rooms.js";
import { TypingLine } from "./typing-line.js";
import { WaitingMessage } from "./waiting-message.js";

const noEvents: readonly RoomEvent[] = [];

/** What the user wrote in a room that is closed to him now: his words are his all the same. */
function LeftWaiting({ room, user }: { room: string; user: User }) {
  const waiting = useRoomRows(room, noEvents, user).filter((row) => row.kind === "waiting");
  return waiting.map((row) => <WaitingMessage key={row.key} row={{ ...row, quote: null }} />);
}

/** One room: its name, messages and composer. */
export function RoomPane({ room, user }: { room: string; user: User }) {
  const listed = useChat((state) => state.rooms.find((one) => one.id === room));
  const view = useChat((state) => state.views[room] ?? emptyView);
  const title = listed?.title ?? room;
  // What was shown before a lost connection stays readable.
  const shown = view.status === "ready" || view.events.length > 0;
  return (
    <>
      <RoomHeader title={title} room={listed} user={user} />
      {view.status === "refused" && view.error ? (
        <Stack className={classes.middle} p="lg" align="center" justify="center">
          <Alert role="alert" color="red" icon={<IconAlertCircle />} title={`${title} cannot be shown`}>
            {view.error.code === "not_found" ? absenceText(view.events, user.id) : view.error.message}
          </Alert>
          <Group gap="xs">
            <Button variant="default" onClick={() => retryRoom(room)}>
              Try again
            </Button>
            {room !== "general" && <Button onClick={() => openRoom("general")}>Go to General</Button>}
          </Group>
          <LeftWaiting room={room} user={user} />
        </Stack>
      ) : shown ? (
        <MessageList room={room} title={title} user={user} view={view} moderator={runsRoom(user, listed)} />
      ) : (
        <Stack className={classes.middle} align="center" justify="center" gap="xs">
          <Loader type="dots" aria-hidden />
          <Text c="dimmed" role="status">
            Opening {title}…
          </Text>
        </Stack>
      )}
      <TypingLine users={view.typing} />
      <Composer room={room} title={title} user={user} disabled={view.status === "refused"} />
    </>
  );
}
