import { Modal, Text, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { limits } from "../../shared/limits.js";
import { DialogForm } from "./dialog-form.js";

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

/** Asks before something is done that is not easily taken back. */
export function ConfirmDialog({ title, children, button, asksReason = false, onConfirm, onClose }: Props) {
  const [reason, setReason] = useState("");
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <DialogForm
        submit={button}
        color="red.9"
        focused={!asksReason}
        onSubmit={() => onConfirm(reason.trim() === "" ? undefined : reason.trim())}
        onClose={onClose}
      >
        <Text fz="sm">{children}</Text>
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
      </DialogForm>
    </Modal>
  );
}
