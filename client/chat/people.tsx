import { ActionIcon, Group, Skeleton, Stack, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { PresenceState } from "../../shared/presence.js";
import type { User } from "../../shared/values.js";
import { useChat } from "../store.js";
import classes from "./chat.module.css";
import { LetInDialog } from "./let-in-dialog.js";
import { type Measure, PersonDialog } from "./person-dialog.js";
import { PersonMenu } from "./person-menu.js";
import { rightsOver, runsMembers } from "./person-rights.js";
import { Person } from "./person.js";

const total = ({ counts }: PresenceState) => counts.guests + counts.members + counts.admins;

/** Who is in the room, by name and with what one may do about them; beyond the listed ones only their number. */
export function People({ room, user }: { room: string; user: User }) {
  const presence = useChat((state) => state.views[room]?.presence ?? null);
  const listed = useChat((state) => state.rooms.find((one) => one.id === room));
  const [open, dialog] = useDisclosure();
  // Kept apart from the list: the question stays when the person goes meanwhile.
  const [asked, setAsked] = useState<{ measure: Measure; person: User } | null>(null);
  const count = presence ? Math.max(total(presence), presence.users.length) : null;
  const more = presence && count !== null ? count - presence.users.length : 0;
  return (
    <Stack gap={6}>
      <Group h={32} pl={10} gap={6}>
        <Text fz="xs" fw={650} c="dimmed">
          Who is here
        </Text>
        {count !== null && (
          <Text fz="xs" c="dimmed">
            {count}
          </Text>
        )}
        {runsMembers(user, listed) && (
          <Tooltip label="Let somebody in">
            <ActionIcon
              variant="subtle"
              color="gray"
              ml="auto"
              mr={6}
              aria-label="Let somebody in"
              onClick={dialog.open}
            >
              <IconUserPlus size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {presence === null && <Skeleton h={28} mx={10} w="70%" />}
      <ul className={classes.plain}>
        {presence?.users.map((person) => (
          <Person key={person.id} person={person} you={person.id === user.id}>
            <PersonMenu
              person={person}
              room={room}
              rights={rightsOver(person, user, listed)}
              onAsk={(measure) => setAsked({ measure, person })}
            />
          </Person>
        ))}
      </ul>
      {more > 0 && (
        <Text fz="sm" c="dimmed" px={10}>
          and {more} more
        </Text>
      )}
      {open && <LetInDialog room={room} user={user} onClose={dialog.close} />}
      {asked && <PersonDialog {...asked} room={room} onClose={() => setAsked(null)} />}
    </Stack>
  );
}
