import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { FoldedMessage } from "../../shared/room-state.js";
import classes from "./message.module.css";
import { deleteMessage } from "./actions.js";

interface Props {
  room: string;
  message: FoldedMessage;
  onClose: () => void;
}

/** Asks before a message is deleted: nobody can bring it back. */
export function DeleteDialog({ room, message, onClose }: Props) {
  const [error, setError] = useState<string | null>(null);
  function confirm(): void {
    try {
      deleteMessage(room, message.event.id);
      onClose();
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : "It could not be deleted");
    }
  }
  return (
    <Modal opened onClose={onClose} title="Delete this message?" centered size="md">
      <Stack gap="md">
        <div className={classes.quote}>
          <bdi className={classes.quoteName}>{message.event.sender.name}</bdi>
          <span className={classes.quoteText} dir="auto">
            {message.text}
          </span>
        </div>
        <Text fz="sm">It is gone for everybody, and cannot be brought back.</Text>
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red.9" data-autofocus onClick={confirm}>
            Delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
