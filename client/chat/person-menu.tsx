import { ActionIcon, Menu } from "@mantine/core";
import {
  IconBan,
  IconCrown,
  IconCrownOff,
  IconDoorExit,
  IconDots,
  IconMicrophone,
  IconMicrophoneOff,
  IconShield,
  IconShieldOff,
  IconUserMinus,
} from "@tabler/icons-react";
import type { User } from "../../shared/values.js";
import { appoint, mute, muteTimes, setRole, unmute } from "./moderation.js";
import classes from "./people.module.css";
import type { Measure } from "./person-dialog.js";
import type { PersonRights } from "./person-rights.js";

interface Props {
  person: User;
  room: string;
  rights: PersonRights;
  /** Asks before it is done. */
  onAsk: (measure: Measure) => void;
}

function RoomItems({ person, room, rights, onAsk }: Props) {
  return (
    <>
      <Menu.Label>In this room</Menu.Label>
      {rights.appoint && (
        <>
          <Menu.Item
            leftSection={<IconShield size={16} />}
            onClick={() => void appoint(room, person, "moderator")}
          >
            Make a moderator
          </Menu.Item>
          <Menu.Item
            leftSection={<IconShieldOff size={16} />}
            onClick={() => void appoint(room, person, "member")}
          >
            Make a plain member
          </Menu.Item>
        </>
      )}
      <Menu.Item
        className={classes.danger ?? ""}
        leftSection={<IconUserMinus size={16} />}
        onClick={() => onAsk("takeOut")}
      >
        Take out…
      </Menu.Item>
    </>
  );
}

function ChatItems({ person, onAsk }: Props) {
  return (
    <>
      <Menu.Label>In the whole chat</Menu.Label>
      {person.role === "member" && (
        <Menu.Item leftSection={<IconCrown size={16} />} onClick={() => void setRole(person, "admin")}>
          Make an admin
        </Menu.Item>
      )}
      {person.role === "admin" && (
        <Menu.Item leftSection={<IconCrownOff size={16} />} onClick={() => void setRole(person, "member")}>
          Make no admin
        </Menu.Item>
      )}
      {muteTimes.map((time) => (
        <Menu.Item
          key={time.label}
          leftSection={<IconMicrophoneOff size={16} />}
          onClick={() => void mute(person, time)}
        >
          Mute {time.label}
        </Menu.Item>
      ))}
      <Menu.Item leftSection={<IconMicrophone size={16} />} onClick={() => void unmute(person)}>
        Unmute
      </Menu.Item>
      <Menu.Item leftSection={<IconDoorExit size={16} />} onClick={() => onAsk("kick")}>
        Kick…
      </Menu.Item>
      <Menu.Item
        className={classes.danger ?? ""}
        leftSection={<IconBan size={16} />}
        onClick={() => onAsk("ban")}
      >
        Ban…
      </Menu.Item>
    </>
  );
}

/** What one may do about a person; nothing is shown to who may do nothing. */
export function PersonMenu(props: Props) {
  const { person, rights } = props;
  if (!rights.takeOut && !rights.moderate) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" radius="xl" aria-label={`Actions for ${person.name}`}>
          <IconDots size={17} stroke={1.8} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {rights.takeOut && <RoomItems {...props} />}
        {rights.takeOut && rights.moderate && <Menu.Divider />}
        {rights.moderate && <ChatItems {...props} />}
      </Menu.Dropdown>
    </Menu>
  );
}
