import { ActionIcon, Group, Menu } from "@mantine/core";
import { IconArrowBackUp, IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import type { FoldedMessage } from "../../shared/room-state.js";
import classes from "./message.module.css";
import { useList } from "./list-context.js";

const palette = ["👍", "❤️", "😂", "🎉", "😮", "🙏"];

/** What one can do with a message, behind one button: shown on hover, on focus, and always on touch. */
export function MessageMenu({ message, own }: { message: FoldedMessage; own: boolean }) {
  const list = useList();
  const { sender } = message.event;
  const hasMine = (emoji: string) =>
    message.reactions.some((one) => one.emoji === emoji && one.users.some(({ id }) => id === list.user.id));
  return (
    <Menu position={own ? "bottom-end" : "bottom-start"}>
      <Menu.Target>
        <ActionIcon
          className={classes.actions}
          variant="subtle"
          color="gray"
          radius="xl"
          aria-label={`Actions for ${own ? "your" : `${sender.name}'s`} message`}
        >
          <IconDots size={17} stroke={1.8} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Group gap={2} wrap="nowrap">
          {palette.map((emoji) => (
            <Menu.Item
              key={emoji}
              className={classes.choice ?? ""}
              data-chosen={hasMine(emoji) || undefined}
              aria-label={`${hasMine(emoji) ? "Take back" : "React with"} ${emoji}`}
              onClick={() => list.react(message, emoji, !hasMine(emoji))}
            >
              {emoji}
            </Menu.Item>
          ))}
        </Group>
        <Menu.Divider />
        <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={() => list.reply(message)}>
          Reply
        </Menu.Item>
        {own && (
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => list.edit(message)}>
            Edit
          </Menu.Item>
        )}
        {(own || list.moderator) && (
          <Menu.Item
            className={classes.danger ?? ""}
            leftSection={<IconTrash size={16} />}
            onClick={() => list.remove(message)}
          >
            Delete
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
