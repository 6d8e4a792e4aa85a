/** The users that have a password. */
export const redisUsers: ["node", "emitter", "worker", "outside"];

/** The text of `users.acl`; of the passwords it holds only hashes. */
export function renderAcl(passwords: Record<string, string>): string;
