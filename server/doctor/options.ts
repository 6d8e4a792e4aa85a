import type { InstanceRole } from "../../shared/cluster.js";
import { instanceRole } from "../../shared/cluster.js";

/** What `parley doctor` is asked. */
export interface DoctorOptions {
  /** The role whose settings and rights are checked. */
  role: InstanceRole;
  /** Where people go in; null: nginx is not checked. */
  url: string | null;
}

/** How the command is used. */
export const doctorUsage = "usage: parley doctor [--role node|emitter|worker] [--url http://host:8080]";

/** Reads the command's arguments; null where they are wrong. */
export function readOptions(args: string[]): DoctorOptions | null {
  const options: DoctorOptions = { role: "node", url: null };
  for (let i = 0; i < args.length; i += 2) {
    const [name, value = ""] = args.slice(i, i + 2);
    const role = instanceRole.safeParse(value);
    if (name === "--role" && role.success) options.role = role.data;
    else if (name === "--url" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
      options.url = new URL(value).origin;
    else return null;
  }
  return options;
}
