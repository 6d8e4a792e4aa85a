import { Alert, Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Room } from "../../shared/http.js";
import { limits } from "../../shared/limits.js";
import { api, errorOf } from "../api.js";
import { loadRooms } from "./rooms.js";

/** Changes a room's title and topic; it stays open, telling why, when the server refuses. */
export function RoomDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const [title, setTitle] = useState(room.title);
  const [topic, setTopic] = useState(room.topic);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const patch = {
    ...(title.trim() !== room.title && { title: title.trim() }),
    ...(topic.trim() !== room.topic && { topic: topic.trim() }),
  };
  const changed = Object.keys(patch).length > 0;

  async function save(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.changeRoom(room.id, patch);
      await loadRooms();
      onClose();
    } catch (thrown) {
      setError(errorOf(thrown).message);
      setBusy(false);
    }
  }

  function handleSubmit(event: FormEvent): void {
    event.preventDefault();
    // The form stands in the dialog, but in React's tree its events pass through the page.
    event.stopPropagation();
    void save();
  }

  return (
    <Modal opened onClose={onClose} title="Title and topic" centered>
      <form onSubmit={handleSubmit}>
        <Stack gap="md">
          {error !== null && (
            <Alert color="red" role="alert">
              {error}
            </Alert>
          )}
          <TextInput
            data-autofocus
            label="Title"
            maxLength={limits.titleCharacters}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Textarea
            label="Topic"
            description="What the room is about; it may be empty"
            autosize
            minRows={2}
            maxRows={5}
            maxLength={limits.topicCharacters}
            value={topic}
            onChange={(event) => setTopic(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={!changed || title.trim() === ""}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
