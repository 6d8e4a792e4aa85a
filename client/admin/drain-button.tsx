import { Button } from "@mantine/core";
import { useState } from "react";
import type { InstanceView } from "../../shared/cluster.js";
import { api } from "../api.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";

const consequences = {
  node: "Its people move to other nodes by themselves.",
  emitter: "Another emitter, if there is one, tells admins how the cluster fares.",
  worker: "Another worker, if there is one, takes over its tasks.",
};

/** Makes an instance stop in good order, after asking. */
export function DrainButton({ instance: { instanceId, role, status } }: { instance: InstanceView }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        disabled={status === "draining"}
        aria-label={`Drain ${instanceId}`}
        onClick={() => setAsking(true)}
      >
        Drain
      </Button>
      {asking && (
        <ConfirmDialog
          title={`Drain ${instanceId}?`}
          button="Drain"
          onConfirm={() => api.drain(instanceId)}
          onClose={() => setAsking(false)}
        >
          It stops in good order. {consequences[role]} What supervises it may start it again.
        </ConfirmDialog>
      )}
    </>
  );
}
