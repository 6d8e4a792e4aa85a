import { ActionIcon, Box, Group } from "@mantine/core";
import { IconMenu2, IconUsers } from "@tabler/icons-react";
import type { User } from "../../shared/values.js";
import { ColorSchemeMenu } from "../ui/color-scheme-menu.js";
import { Wordmark } from "../ui/wordmark.js";
import classes from "./chat.module.css";
import { ConnectionState } from "./connection-state.js";
import { OnlineCounts } from "./online-counts.js";
import { UserMenu } from "./user-menu.js";

/** The bar above everything: where one is, how the connection is, who one is. */
export function ChatHeader(props: { user: User; onRooms: () => void; onPeople: () => void }) {
  return (
    <Group component="header" className={classes.header} justify="space-between" wrap="nowrap" gap="xs">
      <Group gap="xs" wrap="nowrap">
        <ActionIcon
          hiddenFrom="sm"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Rooms"
          onClick={props.onRooms}
        >
          <IconMenu2 size={20} stroke={1.6} />
        </ActionIcon>
        <Wordmark size={28} />
      </Group>
      <Group gap="xs" wrap="nowrap">
        <Box visibleFrom="sm">
          <OnlineCounts />
        </Box>
        <ConnectionState />
        <ActionIcon
          hiddenFrom="md"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Who is here"
          onClick={props.onPeople}
        >
          <IconUsers size={20} stroke={1.6} />
        </ActionIcon>
        <ColorSchemeMenu visibleFrom="xs" />
        <UserMenu user={props.user} />
      </Group>
    </Group>
  );
}
