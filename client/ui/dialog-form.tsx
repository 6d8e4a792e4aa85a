import { Alert, Button, Group, Stack } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { errorOf } from "../api.js";
import { sentence } from "./sentence.js";

interface Props {
  /** What the button says. */
  submit: string;
  color?: string;
  disabled?: boolean;
  /** The button has the focus at first. */
  focused?: boolean;
  /** Does it; the dialog closes when it resolves. */
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

/** The form in a dialog: it stays open, telling why, when the server refuses. */
export function DialogForm({ submit, color, disabled = false, focused = false, ...props }: Props) {
  const { onSubmit, onClose, children } = props;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function run(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
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
    void run();
  }

  return (
    <form onSubmit={handleSubmit}>
      <Stack gap="md">
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        {children}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={busy}
            disabled={disabled}
            data-autofocus={focused || undefined}
            {...(color === undefined ? {} : { color })}
          >
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
