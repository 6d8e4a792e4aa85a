import { Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Room } from "../../shared/http.js";
import { limits } from "../../shared/limits.js";
import { api } from "../api.js";
import { DialogForm } from "../ui/dialog-form.js";
import { loadRooms } from "./rooms.js";
import { TitleInput } from "./title-input.js";

/** Changes a room's title and topic. */
export function RoomDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const [title, setTitle] = useState(room.title);
  const [topic, setTopic] = useState(room.topic);
  const patch = {
    ...(title.trim() !== room.title && { title: title.trim() }),
    ...(topic.trim() !== room.topic && { topic: topic.trim() }),
  };
  const changed = Object.keys(patch).length > 0;

  async function save(): Promise<void> {
    await api.changeRoom(room.id, patch);
    await loadRooms();
  }

  return (
    <Modal opened onClose={onClose} title="Title and topic" centered>
      <DialogForm submit="Save" disabled={!changed || title.trim() === ""} onSubmit={save} onClose={onClose}>
        <TitleInput value={title} onChange={setTitle} />
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
      </DialogForm>
    </Modal>
  );
}
