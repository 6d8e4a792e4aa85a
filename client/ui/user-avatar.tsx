import { Avatar } from "@mantine/core";
import type { User } from "../../shared/values.js";
import { initials, stableColor } from "./initials.js";

/** A user's initials on his colour; decoration, as the name stands beside it. */
export function UserAvatar({ user, size = 36 }: { user: User; size?: number }) {
  return (
    <Avatar
      aria-hidden
      size={size}
      radius="xl"
      variant="filled"
      styles={{
        placeholder: {
          background: stableColor(user.id),
          color: "#fff",
          fontSize: size * 0.38,
          fontWeight: 600,
        },
      }}
    >
      {initials(user.name)}
    </Avatar>
  );
}
