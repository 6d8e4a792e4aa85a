import { Fragment } from "react";
import type { User } from "../../shared/values.js";
import classes from "./chat.module.css";

/** Who is typing, in a line whose height never changes. */
export function TypingLine({ users }: { users: readonly User[] }) {
  const named = users.slice(0, 2);
  return (
    <div className={classes.typing} aria-live="polite">
      {users.length > 2 ? (
        "Several people are typing…"
      ) : (
        <span>
          {named.map((user, index) => (
            <Fragment key={user.id}>
              {index > 0 && " and "}
              <bdi>{user.name}</bdi>
            </Fragment>
          ))}
          {named.length > 0 && (named.length === 1 ? " is typing…" : " are typing…")}
        </span>
      )}
    </div>
  );
}
