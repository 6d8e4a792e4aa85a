/** Socket.IO room of a chat room: prefixed, so that no client can name another socket's private room (T13). */
export const roomChannel = (room: string) => `room:${room}`;

/** Socket.IO room of all sockets of a user. */
export const userChannel = (userId: string) => `user:${userId}`;

/** The chat room of a Socket.IO room; null for any other. */
export const roomOfChannel = (channel: string) => (channel.startsWith("room:") ? channel.slice(5) : null);
