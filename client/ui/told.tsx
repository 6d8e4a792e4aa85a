import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { errorOf } from "../api.js";
import { sentence } from "./sentence.js";

const shortMs = 5000;
const undoMs = 12_000;

/** Tells what was done, for a while with a button that takes it back. */
export function tell(text: ReactNode, takeBack?: () => Promise<void>): void {
  const id = notifications.show({
    withBorder: true,
    autoClose: takeBack ? undoMs : shortMs,
    closeButtonProps: { "aria-label": "Dismiss" },
    message: (
      <Group justify="space-between" gap="sm" wrap="nowrap">
        <Text fz="sm">{text}</Text>
        {takeBack && (
          <Button
            size="compact-sm"
            variant="light"
            flex="none"
            onClick={() => {
              notifications.hide(id);
              void takeBack();
            }}
          >
            Take back
          </Button>
        )}
      </Group>
    ),
  });
}

/** Does something and tells that it is done, or why not. */
export async function attempt(
  run: () => Promise<unknown>,
  done: ReactNode,
  takeBack?: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    notifications.show({
      color: "red",
      withBorder: true,
      title: "It was not done",
      message: (
        <Text fz="sm" c="var(--mantine-color-text)">
          {sentence(errorOf(thrown).message)}
        </Text>
      ),
      closeButtonProps: { "aria-label": "Dismiss" },
    });
    return;
  }
  tell(done, takeBack);
}
