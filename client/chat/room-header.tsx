import { ActionIcon, Group, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDoorExit, IconHash, IconLock, IconPencil } from "@tabler/icons-react";
import type { Room } from "../../shared/http.js";
import type { User } from "../../shared/values.js";
import classes from "./chat.module.css";
import { LeaveDialog } from "./leave-dialog.js";
import { canLeave, runsRoom } from "./person-rights.js";
import { RoomDialog } from "./room-dialog.js";

/** The room's name and topic; who runs it can change them, its members can leave. */
export function RoomHeader({ title, room, user }: { title: string; room: Room | undefined; user: User }) {
  const [open, dialog] = useDisclosure();
  const Icon = room?.visibility === "private" ? IconLock : IconHash;
  const [leaving, leave] = useDisclosure();
  return (
    <Group className={classes.roomHead} gap={8} wrap="nowrap">
      <Icon size={20} stroke={1.7} aria-hidden />
      <div className={classes.roomNames}>
        <Title order={2} fz={16} lineClamp={1}>
          <bdi>{title}</bdi>
        </Title>
        {room && room.topic !== "" && (
          <Text className={classes.roomTopic} c="dimmed" truncate title={room.topic}>
            <bdi>{room.topic}</bdi>
          </Text>
        )}
      </div>
      {room && runsRoom(user, room) && (
        <>
          <Tooltip label="Title and topic">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Change title and topic"
              onClick={dialog.open}
            >
              <IconPencil size={17} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
          {open && <RoomDialog room={room} onClose={dialog.close} />}
        </>
      )}
      {room && canLeave(room) && (
        <>
          <Tooltip label="Leave the room">
            <ActionIcon variant="subtle" color="gray" aria-label="Leave the room" onClick={leave.open}>
              <IconDoorExit size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
          {leaving && <LeaveDialog room={room} user={user} onClose={leave.close} />}
        </>
      )}
    </Group>
  );
}
