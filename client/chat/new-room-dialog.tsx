import { Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Room } from "../../shared/http.js";
import { api } from "../api.js";
import { DialogForm } from "../ui/dialog-form.js";
import { roomIdOf } from "./room-id.js";
import { loadRooms } from "./rooms.js";
import { TitleInput } from "./title-input.js";

interface Props {
  opened: boolean;
  onClose: () => void;
  onCreated: (id: string) => void;
}

function NewRoomForm({ onClose, onCreated }: Omit<Props, "opened">) {
  const [title, setTitle] = useState("");
  const [ownId, setOwnId] = useState<string | null>(null);
  const [visibility, setVisibility] = useState<Room["visibility"]>("public");
  const id = ownId ?? roomIdOf(title);
  const isId = /^[a-z0-9][a-z0-9-]{0,63}$/.test(id);

  async function create(): Promise<void> {
    await api.createRoom({ id, title: title.trim(), visibility });
    await loadRooms();
    onCreated(id);
  }

  return (
    <DialogForm
      submit="Create room"
      disabled={!isId || title.trim() === ""}
      onSubmit={create}
      onClose={onClose}
    >
      <TitleInput value={title} onChange={setTitle} />
      <TextInput
        label="Address"
        description="Small letters, digits and hyphens; it cannot be changed later"
        value={id}
        error={id !== "" && !isId ? "Only a–z, 0–9 and -, not starting with -" : null}
        onChange={(event) => setOwnId(event.currentTarget.value)}
      />
      <Radio.Group label="Who sees it" value={visibility} onChange={(value) => setVisibility(value)}>
        <Stack gap="xs" mt="xs">
          <Radio value="public" label="Everyone" />
          <Radio value="private" label="Only its members" />
        </Stack>
      </Radio.Group>
    </DialogForm>
  );
}

/** Creates a room. */
export function NewRoomDialog({ opened, ...rest }: Props) {
  return (
    <Modal opened={opened} onClose={rest.onClose} title="New room" centered>
      <NewRoomForm {...rest} />
    </Modal>
  );
}
