import { Group, Skeleton, Stack, Text } from "@mantine/core";
import type { PresenceState } from "../../shared/presence.js";
import type { User } from "../../shared/values.js";
import { useChat } from "../store.js";
import { RoleBadge } from "../ui/role-badge.js";
import { UserAvatar } from "../ui/user-avatar.js";
import classes from "./chat.module.css";

const total = ({ counts }: PresenceState) => counts.guests + counts.members + counts.admins;

/** Who is in the room, by name; beyond the listed ones only their number. */
export function People({ room, user }: { room: string; user: User }) {
  const presence = useChat((state) => state.views[room]?.presence ?? null);
  const count = presence ? Math.max(total(presence), presence.users.length) : null;
  const more = presence && count !== null ? count - presence.users.length : 0;
  return (
    <Stack gap={6}>
      <Group h={32} px={10} gap={6}>
        <Text fz="xs" fw={650} c="dimmed">
          Who is here
        </Text>
        {count !== null && (
          <Text fz="xs" c="dimmed">
            {count}
          </Text>
        )}
      </Group>
      {presence === null && <Skeleton h={28} mx={10} w="70%" />}
      <ul className={classes.plain}>
        {presence?.users.map((one) => (
          <li key={one.id} className={classes.person}>
            <UserAvatar user={one} size={28} />
            <Text span fz="sm" truncate flex={1}>
              <bdi>{one.name}</bdi>
              {one.id === user.id && (
                <Text span c="dimmed" fz="sm">
                  {" "}
                  (you)
                </Text>
              )}
            </Text>
            <RoleBadge user={one} />
          </li>
        ))}
      </ul>
      {more > 0 && (
        <Text fz="sm" c="dimmed" px={10}>
          and {more} more
        </Text>
      )}
    </Stack>
  );
}
