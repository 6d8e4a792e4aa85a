import type { User } from "../../shared/values.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { takeOut } from "./members.js";
import { ban, kick } from "./moderation.js";

/** What is done to a person only after a question. */
export type Measure = "takeOut" | "kick" | "ban";

interface Question {
  /** What is done, in a word. */
  verb: string;
  text: string;
  asksReason: boolean;
  run: (room: string, person: User, reason: string | undefined) => Promise<void>;
}

const questions: Record<Measure, Question> = {
  takeOut: {
    verb: "Take out",
    text: "They cannot read or write in this room any more, until somebody lets them in again.",
    asksReason: false,
    run: (room, person) => takeOut(room, person),
  },
  kick: {
    verb: "Kick",
    text: "This ends their connections on every device. They may come back at once.",
    asksReason: true,
    run: (_, person, reason) => kick(person, reason),
  },
  ban: {
    verb: "Ban",
    text: "This ends their connections and keeps them out of the whole chat. Their rooms are told.",
    asksReason: true,
    run: (_, person, reason) => ban(person, reason),
  },
};

interface Props {
  measure: Measure;
  person: User;
  room: string;
  onClose: () => void;
}

/** Asks before a person is taken out, kicked or banned. */
export function PersonDialog({ measure, person, room, onClose }: Props) {
  const { verb, text, asksReason, run } = questions[measure];
  return (
    <ConfirmDialog
      title={
        <>
          {verb} <bdi>{person.name}</bdi>?
        </>
      }
      button={verb}
      asksReason={asksReason}
      onConfirm={(reason) => run(room, person, reason)}
      onClose={onClose}
    >
      {text}
      {measure === "ban" && person.role === "guest" && " A guest may still enter as somebody else."}
    </ConfirmDialog>
  );
}
