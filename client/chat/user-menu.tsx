import { Alert, Group, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconGauge, IconLogout, IconMessages } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import type { User } from "../../shared/values.js";
import { logOut } from "../session.js";
import { ColorSchemeItems } from "../ui/color-scheme-menu.js";
import { RoleBadge } from "../ui/role-badge.js";
import { UserAvatar } from "../ui/user-avatar.js";
import classes from "./people.module.css";

/** Who one is, with the ways to the dashboard and out. */
export function UserMenu({ user }: { user: User }) {
  const [location] = useLocation();
  const [error, setError] = useState<string | null>(null);
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${user.name}`}>
          <UserAvatar user={user} size={34} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Group gap="xs" px="sm" py={8} wrap="nowrap">
          <Text fw={600} truncate>
            <bdi>{user.name}</bdi>
          </Text>
          <RoleBadge user={user} />
        </Group>
        <Text className={classes.id} fz="xs" c="dimmed" px="sm" pb={8}>
          Your id, by which others can let you into a room: <span>{user.id}</span>
        </Text>
        <Menu.Divider />
        {location !== "/" && (
          <Menu.Item component={Link} href="/" leftSection={<IconMessages size={16} />}>
            Chat
          </Menu.Item>
        )}
        {user.role === "admin" && location !== "/admin" && (
          <Menu.Item component={Link} href="/admin" leftSection={<IconGauge size={16} />}>
            Dashboard
          </Menu.Item>
        )}
        <ColorSchemeItems hiddenFrom="xs" />
        <Menu.Item
          closeMenuOnClick={false}
          leftSection={<IconLogout size={16} />}
          onClick={() => void logOut().then(setError)}
        >
          Log out
        </Menu.Item>
        {error !== null && (
          <Alert color="red" role="alert" p="xs" m={4}>
            {error}
          </Alert>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
