import type { User } from "./values.js";

/** Users online by role; a user with several sockets counts once. */
export interface PresenceCounts {
  guests: number;
  members: number;
  admins: number;
}

/** Payload of `presence:state`; without `room` it is the whole cluster's, counts only. */
export interface PresenceState {
  room?: string;
  counts: PresenceCounts;
  /** At most `limits.presenceListMax`, by name. */
  users: User[];
}

/** Payload of `presence:diff`; applied to the last state. */
export interface PresenceDiff {
  room?: string;
  counts: PresenceCounts;
  joined: User[];
  left: User[];
}
