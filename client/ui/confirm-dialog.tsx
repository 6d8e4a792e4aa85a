import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { limits } from "../../shared/limits.js";
import { errorOf } from "../api.js";
import { sentence } from "./sentence.js";

interface Props {
  title: ReactNode;
  /** What will happen. */
  children: ReactNode;
  button: string;
  /** Offers a field for a reason. */
  asksReason?: boolean;
  /** Does it; `reason` is undefined where none is given. */
  onConfirm: (reason: string | undefined) => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something is done to somebody; it stays open, telling why, when the server refuses. */
export function ConfirmDialog({ title, children, button, asksReason = false, onConfirm, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function confirm(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await onConfirm(reason.trim() === "" ? undefined : reason.trim());
      onClose();
    } catch (thrown) {
      setError(sentence(errorOf(thrown).message));
      setBusy(false);
    }
  }

  function handleSubmit(event: FormEvent): void {
    event.preventDefault();
    // The form stands in the dialog, but in React's tree its events pass through the page.
    event.stopPropagation();
    void confirm();
  }

  return (
    <Modal opened onClose={onClose} title={title} centered>
      <form onSubmit={handleSubmit}>
        <Stack gap="md">
          <Text fz="sm">{children}</Text>
          {error !== null && (
            <Alert color="red" role="alert">
              {error}
            </Alert>
          )}
          {asksReason && (
            <Textarea
              data-autofocus
              label="Reason"
              description="Told to the person; it may be empty"
              autosize
              minRows={2}
              maxRows={5}
              maxLength={limits.reasonCharacters}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red.9" loading={busy} data-autofocus={!asksReason || undefined}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
