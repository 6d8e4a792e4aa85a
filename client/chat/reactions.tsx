import { Tooltip, UnstyledButton } from "@mantine/core";
import type { FoldedMessage } from "../../shared/room-state.js";
import classes from "./message.module.css";
import { useList } from "./list-context.js";

const namedMax = 20;

/** The emojis on a message with their counts and who put them there; each can be joined or taken back. */
export function Reactions({ message }: { message: FoldedMessage }) {
  const { user, react } = useList();
  if (message.reactions.length === 0) return null;
  return (
    <div className={classes.reactions}>
      {message.reactions.map(({ emoji, users }) => {
        const mine = users.some(({ id }) => id === user.id);
        const names = users.slice(0, namedMax).map(({ id, name }) => (id === user.id ? "you" : name));
        const who =
          names.join(", ") + (users.length > namedMax ? ` and ${users.length - namedMax} more` : "");
        return (
          <Tooltip key={emoji} label={who} multiline maw={260}>
            <UnstyledButton
              className={classes.reaction}
              aria-pressed={mine}
              aria-label={`${emoji} by ${who}`}
              onClick={() => react(message, emoji, !mine)}
            >
              <span aria-hidden>{emoji}</span>
              <span aria-hidden>{users.length}</span>
            </UnstyledButton>
          </Tooltip>
        );
      })}
    </div>
  );
}
