import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { User } from "../../shared/values.js";
import { RoleBadge } from "../ui/role-badge.js";
import { UserAvatar } from "../ui/user-avatar.js";
import classes from "./people.module.css";

/** A person in a list, with what one can do about him at the end. */
export function Person({ person, you, children }: { person: User; you: boolean; children?: ReactNode }) {
  return (
    <li className={classes.person}>
      <UserAvatar user={person} size={28} />
      <Text span fz="sm" truncate flex={1}>
        <bdi>{person.name}</bdi>
        {you && (
          <Text span c="dimmed" fz="sm">
            {" "}
            (you)
          </Text>
        )}
      </Text>
      <RoleBadge user={person} />
      {children}
    </li>
  );
}
