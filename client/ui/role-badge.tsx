import { Badge } from "@mantine/core";
import type { User } from "../../shared/values.js";

/** Marks admins, guests and outside services; members have none. */
export function RoleBadge({ user }: { user: User }) {
  if (user.id.startsWith("ext:")) {
    return (
      <Badge size="sm" variant="default" tt="none">
        service
      </Badge>
    );
  }
  if (user.role === "member") return null;
  return (
    <Badge size="sm" variant={user.role === "admin" ? "filled" : "default"} tt="none">
      {user.role}
    </Badge>
  );
}
