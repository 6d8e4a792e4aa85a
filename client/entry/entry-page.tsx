import { Alert, Box, Button, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useState } from "react";
import { ColorSchemeMenu } from "../ui/color-scheme-menu.js";
import { Wordmark } from "../ui/wordmark.js";
import { loadSession } from "../session.js";
import type { Ending } from "./endings.js";
import type { EntryWay } from "./entry-checks.js";
import { EntryForm } from "./entry-form.js";
import classes from "./entry.module.css";

const ways: { value: EntryWay; label: string }[] = [
  { value: "guest", label: "Guest" },
  { value: "login", label: "Log in" },
  { value: "account", label: "New account" },
];

/** Where everyone enters: as a guest, with an account, or with a new one. */
export function EntryPage({ ending }: { ending: Ending | null }) {
  const [way, setWay] = useState<EntryWay>("guest");
  return (
    <Box className={classes.page}>
      <Box pos="absolute" top={16} right={16}>
        <ColorSchemeMenu />
      </Box>
      <Stack component="main" className={classes.column} gap="lg">
        <Stack gap={6} align="center">
          <Title order={1} fz={30}>
            <Wordmark size={44} />
          </Title>
          <Text c="dimmed" ta="center">
            One conversation, wherever you are connected.
          </Text>
        </Stack>
        {ending && (
          <Alert role="alert" color="yellow" icon={<IconInfoCircle />} title={ending.title}>
            <Stack gap="sm" align="flex-start">
              <span className={classes.reason} dir="auto">
                {ending.text}
              </span>
              {ending.mayReturn && (
                <Button variant="default" size="xs" onClick={() => void loadSession()}>
                  Come back
                </Button>
              )}
            </Stack>
          </Alert>
        )}
        <Paper className={classes.card} p="xl" radius="lg" withBorder>
          <Stack gap="lg">
            <SegmentedControl
              fullWidth
              aria-label="How to enter"
              data={ways}
              value={way}
              onChange={(value) => setWay(value)}
            />
            <EntryForm way={way} />
          </Stack>
        </Paper>
      </Stack>
    </Box>
  );
}
