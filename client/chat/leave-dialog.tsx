import type { Room } from "../../shared/http.js";
import type { User } from "../../shared/values.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { leaveRoom } from "./members.js";

/** Asks before a room is left: into a private one nobody comes back by himself. */
export function LeaveDialog({ room, user, onClose }: { room: Room; user: User; onClose: () => void }) {
  return (
    <ConfirmDialog
      title={
        <>
          Leave <bdi>{room.title}</bdi>?
        </>
      }
      button="Leave"
      onConfirm={() => leaveRoom(room.id, user)}
      onClose={onClose}
    >
      {room.visibility === "private"
        ? "You cannot read or write there any more, until somebody lets you in again."
        : "The room stays open to you, but you are no member of it any more."}
    </ConfirmDialog>
  );
}
