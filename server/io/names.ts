/** Socket.IO room of all sockets of a user. */
export const userChannel = (userId: string) => `user:${userId}`;

/** The chat room of a Socket.IO room; null for any other. */
export const roomOfChannel = (channel: string) => (channel.startsWith("room:") ? channel.slice(5) : null);
