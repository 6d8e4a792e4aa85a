import { Anchor, Box, Center, Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconLock } from "@tabler/icons-react";
import { Link } from "wouter";
import type { User } from "../../shared/values.js";
import { Banners } from "../chat/banners.js";
import { ConnectionState } from "../chat/connection-state.js";
import { UserMenu } from "../chat/user-menu.js";
import { ColorSchemeMenu } from "../ui/color-scheme-menu.js";
import { Wordmark } from "../ui/wordmark.js";
import classes from "./admin.module.css";
import { Dashboard } from "./dashboard.js";

function Refusal() {
  return (
    <Center flex={1} p="lg">
      <Stack align="center" gap="sm" maw={420}>
        <IconLock size={36} stroke={1.4} aria-hidden />
        <Title order={1} fz={22}>
          For admins only
        </Title>
        <Text c="dimmed" ta="center">
          The dashboard shows the servers behind Parley. Your account does not see it; ask an admin if you
          need to.
        </Text>
        <Anchor component={Link} href="/">
          Back to the chat
        </Anchor>
      </Stack>
    </Center>
  );
}

/** The dashboard for admins, and a friendly word for everyone else. */
export function AdminPage({ user }: { user: User }) {
  return (
    <Box className={classes.page}>
      <Group component="header" className={classes.header} justify="space-between" wrap="nowrap">
        <Group gap="lg" wrap="nowrap">
          <Wordmark size={28} />
          <Anchor component={Link} href="/" fz="sm" visibleFrom="xs" className={classes.back}>
            <IconArrowLeft size={16} aria-hidden />
            Chat
          </Anchor>
        </Group>
        <Group gap="xs" wrap="nowrap">
          <ConnectionState />
          <ColorSchemeMenu visibleFrom="xs" />
          <UserMenu user={user} />
        </Group>
      </Group>
      <Banners />
      {user.role === "admin" ? <Dashboard /> : <Refusal />}
    </Box>
  );
}
