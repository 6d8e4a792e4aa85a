import { Group, Text, Tooltip } from "@mantine/core";
import { IconWorld } from "@tabler/icons-react";
import { useChat } from "../store.js";

/** Users online on all servers together; roles in the tooltip. */
export function OnlineCounts() {
  const counts = useChat((state) => state.online);
  if (!counts) return null;
  const { guests, members, admins } = counts;
  const detail = `${members} members, ${guests} guests, ${admins} admins`;
  return (
    <Tooltip label={detail}>
      <Group gap={6} wrap="nowrap" c="dimmed" tabIndex={0} role="note" aria-label={`Online: ${detail}`}>
        <IconWorld size={16} stroke={1.6} aria-hidden />
        <Text span fz="sm">
          {guests + members + admins} online
        </Text>
      </Group>
    </Tooltip>
  );
}
