import { ActionIcon, Alert, Badge, Group, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHash, IconLock, IconPlus } from "@tabler/icons-react";
import type { Room } from "../../shared/http.js";
import type { User } from "../../shared/values.js";
import { emptyView, useChat } from "../store.js";
import classes from "./chat.module.css";
import { NewRoomDialog } from "./new-room-dialog.js";
import { openRoom } from "./rooms.js";
import { unreadText } from "./unread.js";

function RoomItem({ room, onChosen }: { room: Room; onChosen?: (() => void) | undefined }) {
  const current = useChat((state) => state.current === room.id);
  const unread = useChat((state) => (state.views[room.id] ?? emptyView).unread);
  const Icon = room.visibility === "private" ? IconLock : IconHash;
  return (
    <li>
      <UnstyledButton
        className={classes.room}
        aria-current={current ? "page" : undefined}
        data-unread={unread.count > 0 || undefined}
        onClick={() => {
          openRoom(room.id);
          onChosen?.();
        }}
      >
        <Icon size={17} stroke={1.7} aria-label={room.visibility === "private" ? "private" : undefined} />
        <Text span truncate flex={1} fz="sm">
          <bdi>{room.title}</bdi>
        </Text>
        {unread.count > 0 && (
          <Badge size="sm" aria-label={`${unreadText(unread)} unread`}>
            {unreadText(unread)}
          </Badge>
        )}
      </UnstyledButton>
    </li>
  );
}

/** The rooms the user may enter, those with news marked. */
export function RoomList({ user, onChosen }: { user: User; onChosen?: () => void }) {
  const rooms = useChat((state) => state.rooms);
  const error = useChat((state) => state.roomsError);
  const [open, dialog] = useDisclosure();
  return (
    <Stack gap={6}>
      <Group justify="space-between" h={32} px={10}>
        <Text fz="xs" fw={650} c="dimmed">
          Rooms
        </Text>
        {user.role !== "guest" && (
          <Tooltip label="New room">
            <ActionIcon variant="subtle" color="gray" aria-label="New room" onClick={dialog.open}>
              <IconPlus size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {error !== null && rooms.length === 0 && (
        <Alert color="yellow" p="xs" role="alert">
          {error.message}
        </Alert>
      )}
      <ul className={classes.plain}>
        {rooms.map((room) => (
          <RoomItem key={room.id} room={room} onChosen={onChosen} />
        ))}
      </ul>
      <NewRoomDialog
        opened={open}
        onClose={dialog.close}
        onCreated={(id) => {
          openRoom(id);
          onChosen?.();
        }}
      />
    </Stack>
  );
}
